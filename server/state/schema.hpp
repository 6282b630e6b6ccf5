#pragma once
// The formats of state.db, and the way from each to the next. A new database and an old one go the same way,
// so that the way is walked often.

#include <array>

namespace rootstock::server::schema {

// Addresses and times are integers (columns.hpp); an address is its host-order value.
constexpr auto version_1 = R"(
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
)";

/// Images of several architectures: what each board is, as it last said. Unknown until it asks again.
constexpr auto version_2 = R"(
  ALTER TABLE nodes ADD COLUMN architecture TEXT NOT NULL DEFAULT '';
  ALTER TABLE nodes ADD COLUMN serial TEXT NOT NULL DEFAULT '';
)";

/// Identity, joining and what is set for one node; the boots of each. A seat is its number now: names may
/// change.
constexpr auto version_3 = R"(
  CREATE TABLE seats (
    number         INTEGER PRIMARY KEY,
    name           TEXT NOT NULL,
    mac            INTEGER NOT NULL,
    address        INTEGER NOT NULL,
    dialect        TEXT NOT NULL,
    machine_id     TEXT NOT NULL,
    host_secret    TEXT NOT NULL,
    host_public    TEXT NOT NULL,
    generation     TEXT NOT NULL,
    architecture   TEXT NOT NULL,
    serial         TEXT NOT NULL,
    joined         INTEGER NOT NULL,
    last_up        INTEGER NOT NULL,
    standing       TEXT NOT NULL DEFAULT 'member',
    uuid           TEXT NOT NULL DEFAULT '',
    model          TEXT NOT NULL DEFAULT '',
    doubt          TEXT NOT NULL DEFAULT '',
    awaited        INTEGER NOT NULL DEFAULT 0,
    grouping       TEXT NOT NULL DEFAULT '',
    image          TEXT NOT NULL DEFAULT '',
    pinned         TEXT NOT NULL DEFAULT '',
    kernel_options TEXT NOT NULL DEFAULT '',
    token          TEXT NOT NULL DEFAULT '',
    last_heard     INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  INSERT OR IGNORE INTO seats (number, name, mac, address, dialect, machine_id, host_secret, host_public, generation,
                     architecture, serial, joined, last_up)
    SELECT number, name, mac, address, dialect, machine_id, host_secret, host_public, generation,
           architecture, serial, joined, last_up FROM nodes ORDER BY number, name;
  DROP TABLE nodes;
  ALTER TABLE seats RENAME TO nodes;
  CREATE TABLE boots (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    number     INTEGER NOT NULL,
    mac        INTEGER NOT NULL,
    started    INTEGER NOT NULL,
    ended      INTEGER NOT NULL,
    stage      TEXT NOT NULL,
    generation TEXT NOT NULL,
    bytes      INTEGER NOT NULL,
    conclusion TEXT NOT NULL,
    story      TEXT NOT NULL
  ) STRICT;
  CREATE TABLE site (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX boots_of_a_seat ON boots (number, started);
)";

constexpr std::array steps{version_1, version_2, version_3};
constexpr int newest = steps.size();

}  // namespace rootstock::server::schema
