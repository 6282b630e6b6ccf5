#include "server/state/site_rows.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>

#include <cstdint>

namespace rootstock::server {
namespace {

constexpr int busy_ms = 2000, first_format_with_site = 3;

tl::unexpected<Failure> failure(const std::filesystem::path& file, const SQLite::Exception& fault) {
  return fail(fmt::format("cannot read {}: {}", file.string(), fault.what()),
              "`rootstock check` looks at the disk");
}

std::vector<Seated> members(const SQLite::Database& database) {
  SQLite::Statement rows(
      database, "SELECT name, address, last_heard FROM nodes WHERE standing = 'member' ORDER BY number");
  std::vector<Seated> found;
  while (rows.executeStep()) {
    using Clock = std::chrono::system_clock;
    const std::chrono::nanoseconds heard{rows.getColumn(2).getInt64()};
    found.push_back({rows.getColumn(0).getString(), Ipv4{rows.getColumn(1).getUInt()},
                     Clock::time_point{std::chrono::duration_cast<Clock::duration>(heard)}});
  }
  return found;
}

}  // namespace

Result<SiteRows, Failure> look_at_site(const std::filesystem::path& file) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) return SiteRows{};
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READONLY, busy_ms);
    if (database.execAndGet("PRAGMA user_version").getInt() < first_format_with_site) return SiteRows{};
    SiteRows found;
    SQLite::Statement place(database, "SELECT value FROM site WHERE name = 'network'");
    if (place.executeStep()) found.place = HeadPlace::parse(place.getColumn(0).getString());
    found.nodes = members(database);
    return found;
  } catch (const SQLite::Exception& fault) {
    return failure(file, fault);
  }
}

Result<std::vector<std::string>, Failure> settle_site(const std::filesystem::path& file,
                                                      const NetworkSettings& network) {
  try {
    SQLite::Database database(file.string(), SQLite::OPEN_READWRITE, busy_ms);
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    std::vector<std::string> moved;
    for (const auto& node : members(database)) {
      if (node.address.unset() || fits(node.address, network)) continue;
      SQLite::Statement change(database, "UPDATE nodes SET address = 0, last_heard = 0 WHERE name = ?1");
      change.bind(1, node.name);
      change.exec();
      moved.push_back(node.name);
    }
    SQLite::Statement keep(database, "INSERT OR REPLACE INTO site (name, value) VALUES ('network', ?1)");
    keep.bind(1, HeadPlace::of(network).text());
    keep.exec();
    transaction.commit();
    return moved;
  } catch (const SQLite::Exception& fault) {
    return failure(file, fault);
  }
}

}  // namespace rootstock::server
