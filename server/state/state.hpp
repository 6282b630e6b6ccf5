#pragma once
// What must survive SIGKILL: leases, nodes and boots. SQLite in WAL mode, one writer thread; commits that
// arrive together share one sync.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/result.hpp"
#include "dhcp/site.hpp"
#include "server/state/boot_row.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

class State final : public dhcp::LeaseLog {
 public:
  /// Opens or makes the database; `loop` is where `done` callbacks run.
  /// The writer thread starts with the first save or commit: root, which is given up by a process of one
  /// thread, may open it.
  static Result<std::unique_ptr<State>, Failure> open(const std::filesystem::path& file,
                                                      boost::asio::io_context& loop);
  ~State() override;  // writes what is queued

  /// As read at open(); not kept current.
  const std::vector<dhcp::LeaseRecord>& leases() const;
  const std::vector<NodeRecord>& nodes() const;
  /// The latest of each seat.
  const std::vector<BootRow>& boots() const;

  /// Numbers up to this one were given to seats that are forgotten.
  int last_number() const;

  /// Takes out the seat, its boots and the lease of its board, all at once. Queued like save(); its number
  /// must never be saved again.
  void forget(NodeRecord node);
  /// Inserts or replaces by number. Queued: durable with the next commit, and in any case soon, without one.
  void save(NodeRecord node);
  /// Inserts or replaces the row of this boot. Queued like a node, behind leases and nodes: few ride with a
  /// commit, so that no acknowledgement waits for stories.
  void save_boot(BootRow row);
  /// The latest first, as on the disk now: a read of some milliseconds.
  Result<std::vector<BootRow>, Failure> boots_of(int number) const;
  void commit(std::vector<dhcp::LeaseRecord> changes, std::function<void(bool)> done) override;

 private:
  struct Impl;
  explicit State(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::server
