#include "server/state/boots.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "server/state/columns.hpp"

namespace rootstock::server {
namespace {

constexpr auto columns = "number, mac, started, ended, stage, generation, bytes, conclusion, story";

constexpr auto put_boot = R"(
  INSERT INTO boots (number, mac, started, ended, stage, generation, bytes, conclusion, story)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
  ON CONFLICT (number, started) DO UPDATE
  SET mac = ?2, ended = ?4, stage = ?5, generation = ?6, bytes = ?7, conclusion = ?8, story = ?9
)";

// Which boot came after which tells the order of their rows. The clock does not: a head without one of its
// own (a Raspberry Pi) begins at some time past, and takes a leap when it hears the right one.
constexpr auto prune_boots = R"(
  DELETE FROM boots WHERE number = ?1 AND id <
    (SELECT id FROM boots WHERE number = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
)";

BootRow row_of(SQLite::Statement& rows) {
  BootRow row;
  row.number = rows.getColumn(0).getInt();
  row.mac = to_mac(rows.getColumn(1).getInt64());
  row.started = to_time(rows.getColumn(2).getInt64());
  row.ended = to_time(rows.getColumn(3).getInt64());
  row.stage = rows.getColumn(4).getString();
  row.generation = rows.getColumn(5).getString();
  row.bytes = static_cast<std::uint64_t>(rows.getColumn(6).getInt64());
  row.conclusion = rows.getColumn(7).getString();
  row.story = rows.getColumn(8).getString();
  return row;
}

}  // namespace

BootTable::BootTable(SQLite::Database& database)
    : database_(database),
      put_(std::make_unique<SQLite::Statement>(database, put_boot)),
      prune_(std::make_unique<SQLite::Statement>(database, prune_boots)) {}

BootTable::~BootTable() = default;

void BootTable::put(const BootRow& row) {
  put_->bind(1, row.number);
  put_->bind(2, static_cast<std::int64_t>(row.mac.number()));
  put_->bind(3, to_number(row.started));
  put_->bind(4, to_number(row.ended));
  put_->bindNoCopy(5, row.stage);
  put_->bindNoCopy(6, row.generation);
  put_->bind(7, static_cast<std::int64_t>(row.bytes));
  put_->bindNoCopy(8, row.conclusion);
  put_->bindNoCopy(9, row.story);
  put_->exec();
  put_->reset();
  prune_->bind(1, row.number);
  prune_->bind(2, boots_kept - 1);
  prune_->exec();
  prune_->reset();
}

std::vector<BootRow> BootTable::latest() {
  database_.exec("DELETE FROM boots WHERE number NOT IN (SELECT number FROM nodes)");
  SQLite::Statement rows(
      database_,
      fmt::format(
          "SELECT {} FROM boots WHERE id IN (SELECT max(id) FROM boots GROUP BY number) ORDER BY number",
          columns));
  std::vector<BootRow> found;
  while (rows.executeStep()) found.push_back(row_of(rows));
  return found;
}

/// A statement that failed stays failed until it is reset.
void BootTable::reset() noexcept {
  put_->tryReset();
  prune_->tryReset();
}

Result<std::vector<BootRow>, Failure> read_boots(const std::filesystem::path& file, int number) {
  try {
    constexpr int patience = 1000;  // milliseconds; readers wait for nobody in WAL mode, but for its recovery
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, patience);
    SQLite::Statement rows(database,
                           fmt::format("SELECT {} FROM boots WHERE number = ? ORDER BY id DESC", columns));
    rows.bind(1, number);
    std::vector<BootRow> found;
    while (rows.executeStep()) found.push_back(row_of(rows));
    return found;
  } catch (const SQLite::Exception& fault) {
    return fail(fmt::format("the boots kept in {} cannot be read: {}", file.string(), fault.what()),
                "journalctl -u rootstock tells whether they can be written");
  }
}

}  // namespace rootstock::server
