#pragma once
// The tables of state.db (edge: SQLite). Knows no threads and no event loop.

#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

#include "config/result.hpp"
#include "dhcp/site.hpp"
#include "server/state/boot_row.hpp"
#include "server/state/state.hpp"

namespace rootstock::server {

class Database {
 public:
  /// Opens or makes the file (mode 0600: it holds the nodes' secret host keys), brings its tables up to date
  /// and checks that it is whole.
  static Result<Database, Failure> open(const std::filesystem::path& file);
  Database(Database&&) noexcept;
  ~Database();

  /// Later leases win where two rows name one address: an expired lease may have been given on.
  Result<std::vector<dhcp::LeaseRecord>, Failure> leases();
  /// By number.
  Result<std::vector<NodeRecord>, Failure> nodes();
  /// One of each seat.
  Result<std::vector<BootRow>, Failure> latest_boots();

  /// What was heard at a time to come, by a clock that was set back since, was heard before `now`.
  Result<void, Failure> settle_times(std::chrono::system_clock::time_point now);

  /// The highest of a seat that was forgotten; 0: none was.
  Result<int, Failure> last_number();

  /// A node without a name is taken out, with its boots and the lease of its MAC.
  /// All of it or nothing, synced to the disk.
  Result<void, Failure> write(const std::vector<dhcp::LeaseRecord>& leases,
                              const std::vector<NodeRecord>& nodes, const std::vector<BootRow>& boots = {});

 private:
  struct Tables;
  explicit Database(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace rootstock::server
