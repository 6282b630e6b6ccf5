// A database of every earlier format opens, with all that was in it.
#include <SQLiteCpp/Database.h>

#include "server/state/database.hpp"
#include "tests/server/state_support.hpp"

using namespace rootstock;
using namespace rootstock::test;
using server::Database;

namespace {

/// As the first release made it, to the letter.
constexpr auto format_1 = R"(
  PRAGMA page_size = 1024;
  PRAGMA journal_mode = WAL;
  CREATE TABLE leases (
    mac     INTEGER PRIMARY KEY,
    address INTEGER NOT NULL,
    until   INTEGER NOT NULL,
    seated  INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE nodes (
    name        TEXT PRIMARY KEY,
    number      INTEGER NOT NULL,
    mac         INTEGER NOT NULL,
    address     INTEGER NOT NULL,
    dialect     TEXT NOT NULL,
    machine_id  TEXT NOT NULL,
    host_secret TEXT NOT NULL,
    host_public TEXT NOT NULL,
    generation  TEXT NOT NULL,
    joined      INTEGER NOT NULL,
    last_up     INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = 1;
  INSERT INTO leases VALUES (2199023255553, 172818442, 9000000000000000000, 1);
  INSERT INTO nodes VALUES ('node07', 7, 2199023255553, 172818442, 'iPXE', 'aabb', 'a secret', 'its lock',
                            'compute/3', 100000000000, 200000000001);
)";

void check_what_was_kept(Database& database) {
  const auto leases = database.leases();
  REQUIRE(leases);
  REQUIRE(leases->size() == 1);
  CHECK(leases->front().mac == "02:00:00:00:00:01"_mac);
  CHECK(leases->front().address == "10.77.0.10"_ip);
  CHECK(leases->front().seated);
  const auto nodes = database.nodes();
  REQUIRE(nodes);
  REQUIRE(nodes->size() == 1);
  const auto& node = nodes->front();
  CHECK(node.name == "node07");
  CHECK(node.number == 7);
  CHECK(node.mac == "02:00:00:00:00:01"_mac);
  CHECK(node.address == "10.77.0.10"_ip);
  CHECK(node.dialect == "iPXE");
  CHECK(node.machine_id == "aabb");
  CHECK(node.host_secret == "a secret");
  CHECK(node.host_public == "its lock");
  CHECK(node.generation == "compute/3");
  CHECK(node.joined == Wall::time_point{100s});
  CHECK(node.last_up == Wall::time_point{200s + 1ns});
}

}  // namespace

TEST_CASE("a database of format 1 keeps everything and takes what is new", "[state]") {
  const Folder folder;
  SQLite::Database(folder.file().string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(format_1);
  {
    auto database = Database::open(folder.file());
    REQUIRE(database);
    check_what_was_kept(*database);
    auto node = database->nodes()->front();
    CHECK(node.architecture.empty());
    CHECK(node.serial.empty());
    node.architecture = "arm64";
    node.serial = "1234abcd";
    REQUIRE(database->write({}, {node}));
  }
  auto again = Database::open(folder.file());
  REQUIRE(again);
  check_what_was_kept(*again);
  CHECK(again->nodes()->front().architecture == "arm64");
  CHECK(again->nodes()->front().serial == "1234abcd");
}
