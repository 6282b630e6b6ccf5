#pragma once
// The table of boots in state.db (edge: SQLite). What throws here is caught in database.cpp.

#include <filesystem>
#include <memory>
#include <vector>

#include "config/result.hpp"
#include "server/state/boot_row.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace rootstock::server {

class BootTable {
 public:
  explicit BootTable(SQLite::Database& database);
  ~BootTable();

  /// Inserts, or replaces the row of the same boot; of each seat those that came first, beyond `boots_kept`,
  /// go.
  void put(const BootRow& row);
  /// The latest of each seat. Boots of seats that are no more are forgotten.
  std::vector<BootRow> latest();
  void reset() noexcept;

 private:
  SQLite::Database& database_;
  std::unique_ptr<SQLite::Statement> put_, prune_;
};

/// The boots of a seat, the latest first, over a connection of its own: what is written meanwhile waits for
/// nobody.
Result<std::vector<BootRow>, Failure> read_boots(const std::filesystem::path& file, int number);

}  // namespace rootstock::server
