#include "server/state/database.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "server/state/boots.hpp"
#include "server/state/columns.hpp"
#include "server/state/schema.hpp"

namespace rootstock::server {
namespace {

// FULL: in WAL mode each commit is synced, so an acknowledged lease survives a power cut. Leases are short
// and lie scattered, so small pages keep what one sync has to write small (ACKs at 200/s: 0.3 ms instead of
// 0.4). A checkpoint holds up the commits behind it: it is made every 16 MiB, and so much of the log stays on
// disk.
constexpr auto pragmas = R"(
  PRAGMA page_size = 1024;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA wal_autocheckpoint = 16000;
  PRAGMA journal_size_limit = 16777216;
)";

constexpr auto put_lease = R"(
  INSERT INTO leases (mac, address, until, seated) VALUES (?1, ?2, ?3, ?4)
  ON CONFLICT (mac) DO UPDATE SET address = ?2, until = ?3, seated = ?4
)";

constexpr auto node_columns =
    "number, name, mac, address, dialect, machine_id, host_secret, host_public, generation, architecture, "
    "serial, standing, uuid, model, doubt, grouping, image, pinned, kernel_options, token, awaited, joined, "
    "last_up, "
    "last_heard";
constexpr int node_column_count = 24;

std::string put_node() {
  std::string places = "?1";
  for (int place = 2; place <= node_column_count; ++place) places += fmt::format(", ?{}", place);
  return fmt::format("INSERT OR REPLACE INTO nodes ({}) VALUES ({})", node_columns, places);
}

Failure explain(const std::filesystem::path& file, int code, const std::string& words) {
  const auto name = file.string();
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {"the disk is full: " + name + " cannot grow",
              "free some space under " + file.parent_path().string()};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {name + " is damaged: " + words, fmt::format("restore a copy, or start afresh (nodes will join "
                                                          "anew): mkdir {1}/damaged && mv {0}* {1}/damaged",
                                                          name, file.parent_path().string())};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {name + " is in use by another program", "end the program that holds it: fuser -v " + name};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return {fmt::format("cannot open {}: {}", name, words),
              "the file and its folder must be writable for the account of service.user"};
    default:
      return {fmt::format("cannot use {}: {}", name, words), "see what the kernel says of the disk: dmesg"};
  }
}

tl::unexpected<Failure> failure(const std::filesystem::path& file, const SQLite::Exception& fault) {
  return tl::unexpected{explain(file, fault.getErrorCode(), fault.what())};
}

/// SQLite gives its side files the mode of the database, so the mode is set before SQLite sees it.
Result<void, Failure> make_private(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool done = fd >= 0 && ::fchmod(fd, 0600) == 0;
  const std::string words = std::strerror(errno);
  if (fd >= 0) ::close(fd);
  if (!done) return tl::unexpected{explain(file, SQLITE_CANTOPEN, words)};
  return {};
}

Result<void, Failure> bring_up_to_date(SQLite::Database& database, const std::filesystem::path& file) {
  const int found = database.execAndGet("PRAGMA user_version").getInt();
  if (found > schema::newest)
    return fail(fmt::format("{} was written by a newer rootstock (format {}, this one knows {})",
                            file.string(), found, schema::newest),
                "install the newer version again");
  const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
  if (verdict != "ok") return tl::unexpected{explain(file, SQLITE_CORRUPT, verdict)};
  if (found == schema::newest) return {};
  SQLite::Transaction transaction(database);
  for (auto step = static_cast<std::size_t>(found); step < schema::steps.size(); ++step)
    database.exec(schema::steps[step]);
  database.exec(fmt::format("PRAGMA user_version = {}", schema::newest));
  transaction.commit();
  return {};
}

}  // namespace

struct Database::Tables {
  explicit Tables(const std::filesystem::path& path)
      : file(path), database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, 2000) {}

  void put(const dhcp::LeaseRecord& record) {
    lease->bind(1, static_cast<std::int64_t>(record.mac.number()));
    lease->bind(2, static_cast<std::int64_t>(record.address.value));
    lease->bind(3, to_number(record.until));
    lease->bind(4, record.seated ? 1 : 0);
    lease->exec();
    lease->reset();
  }

  /// A seat without a name is forgotten, with its boots and the lease of its board; its number is not.
  void remove(const NodeRecord& record) {
    const auto with_number = [&](const char* sql, std::int64_t number) {
      SQLite::Statement statement(database, sql);
      statement.bind(1, number);
      statement.exec();
    };
    with_number("DELETE FROM nodes WHERE number = ?1", record.number);
    with_number("DELETE FROM boots WHERE number = ?1", record.number);
    with_number("DELETE FROM leases WHERE mac = ?1", static_cast<std::int64_t>(record.mac.number()));
    with_number(
        "INSERT INTO site (name, value) VALUES ('last number', ?1) ON CONFLICT (name) DO UPDATE "
        "SET value = max(CAST(value AS INTEGER), ?1)",
        record.number);
  }

  void put(const NodeRecord& record) {
    if (record.name.empty()) return remove(record);
    const std::string standing{name_of(record.standing)};
    int column = 1;
    node->bind(column++, record.number);
    node->bindNoCopy(column++, record.name);
    node->bind(column++, static_cast<std::int64_t>(record.mac.number()));
    node->bind(column++, static_cast<std::int64_t>(record.address.value));
    for (const auto* text :
         {&record.dialect, &record.machine_id, &record.host_secret, &record.host_public, &record.generation,
          &record.architecture, &record.serial, &standing, &record.uuid, &record.model, &record.doubt,
          &record.group, &record.image, &record.pinned, &record.kernel_options, &record.token})
      node->bindNoCopy(column++, *text);
    node->bind(column++, record.awaited ? 1 : 0);
    for (const auto time : {record.joined, record.last_up, record.last_heard})
      node->bind(column++, to_number(time));
    node->exec();
    node->reset();
  }

  /// A statement that failed stays failed until it is reset.
  void reset() noexcept {
    lease->tryReset();
    node->tryReset();
    boots->reset();
  }

  std::filesystem::path file;
  SQLite::Database database;
  std::unique_ptr<SQLite::Statement> lease, node;
  std::optional<BootTable> boots;
};

Database::Database(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Database::Database(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database, Failure> Database::open(const std::filesystem::path& file) {
  if (auto done = make_private(file); !done) return tl::unexpected{done.error()};
  try {
    auto tables = std::make_unique<Tables>(file);
    tables->database.exec(pragmas);
    if (auto done = bring_up_to_date(tables->database, file); !done) return tl::unexpected{done.error()};
    tables->lease = std::make_unique<SQLite::Statement>(tables->database, put_lease);
    tables->node = std::make_unique<SQLite::Statement>(tables->database, put_node());
    tables->boots.emplace(tables->database);
    return Database(std::move(tables));
  } catch (const SQLite::Exception& fault) {
    return failure(file, fault);
  }
}

Result<std::vector<dhcp::LeaseRecord>, Failure> Database::leases() {
  try {
    SQLite::Statement rows(tables_->database,
                           "SELECT mac, address, until, seated FROM leases ORDER BY seated, until");
    std::vector<dhcp::LeaseRecord> found;
    while (rows.executeStep())
      found.push_back({to_mac(rows.getColumn(0).getInt64()), Ipv4{rows.getColumn(1).getUInt()},
                       to_time(rows.getColumn(2).getInt64()), rows.getColumn(3).getInt() != 0});
    return found;
  } catch (const SQLite::Exception& fault) {
    return failure(tables_->file, fault);
  }
}

Result<std::vector<NodeRecord>, Failure> Database::nodes() {
  try {
    SQLite::Statement rows(tables_->database,
                           fmt::format("SELECT {} FROM nodes ORDER BY number", node_columns));
    std::vector<NodeRecord> found;
    while (rows.executeStep()) {
      NodeRecord node;
      std::string standing;
      node.number = rows.getColumn(0).getInt();
      node.name = rows.getColumn(1).getString();
      node.mac = to_mac(rows.getColumn(2).getInt64());
      node.address = Ipv4{rows.getColumn(3).getUInt()};
      int column = 4;
      for (auto* text :
           {&node.dialect, &node.machine_id, &node.host_secret, &node.host_public, &node.generation,
            &node.architecture, &node.serial, &standing, &node.uuid, &node.model, &node.doubt, &node.group,
            &node.image, &node.pinned, &node.kernel_options, &node.token})
        *text = rows.getColumn(column++).getString();
      node.standing = standing_named(standing);
      node.awaited = rows.getColumn(column++).getInt() != 0;
      for (auto* time : {&node.joined, &node.last_up, &node.last_heard})
        *time = to_time(rows.getColumn(column++).getInt64());
      found.push_back(std::move(node));
    }
    return found;
  } catch (const SQLite::Exception& fault) {
    return failure(tables_->file, fault);
  }
}

Result<std::vector<BootRow>, Failure> Database::latest_boots() {
  try {
    return tables_->boots->latest();
  } catch (const SQLite::Exception& fault) {
    return failure(tables_->file, fault);
  }
}

Result<void, Failure> Database::settle_times(std::chrono::system_clock::time_point now) {
  try {
    SQLite::Statement change(tables_->database, "UPDATE nodes SET last_heard = ?1 WHERE last_heard > ?1");
    change.bind(1, to_number(now));
    change.exec();
    return {};
  } catch (const SQLite::Exception& fault) {
    return failure(tables_->file, fault);
  }
}

Result<int, Failure> Database::last_number() {
  try {
    return tables_->database
        .execAndGet("SELECT coalesce(max(CAST(value AS INTEGER)), 0) FROM site WHERE name = 'last number'")
        .getInt();
  } catch (const SQLite::Exception& fault) {
    return failure(tables_->file, fault);
  }
}

Result<void, Failure> Database::write(const std::vector<dhcp::LeaseRecord>& leases,
                                      const std::vector<NodeRecord>& nodes,
                                      const std::vector<BootRow>& boots) {
  try {
    SQLite::Transaction transaction(tables_->database, SQLite::TransactionBehavior::IMMEDIATE);
    for (const auto& lease : leases) tables_->put(lease);
    for (const auto& node : nodes) tables_->put(node);
    for (const auto& boot : boots) tables_->boots->put(boot);
    transaction.commit();
    return {};
  } catch (const SQLite::Exception& fault) {
    tables_->reset();
    return failure(tables_->file, fault);
  }
}

}  // namespace rootstock::server
