// The address of a seat, chosen by somebody or out of the pool.
#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("a node goes back to an address out of the pool") {
  Disk disk;
  const auto settings = settings_with(JoinMode::open);
  const auto own = GENERATE("10.0.0.99"_ip, "10.0.0.12"_ip);  // outside of the pool, and in it
  const bool restarted = GENERATE(true, false);
  House house{settings, disk};
  house.boots(mac1);
  REQUIRE(house.seats.set(house.node("node01"), "address", own.text()));
  REQUIRE(house.boots(mac1).address == own);
  REQUIRE(house.seats.set(house.node("node01"), "address", ""));
  REQUIRE(house.seats.set(house.node("node01"), "address", ""));  // nothing to do any more
  CHECK(house.row(mac1).address.unset());
  CHECK(disk.nodes.at(1).address.unset());
  CHECK(house.registry.by_address(own) == nullptr);
  CHECK(house.leases.is_free(own, house.now.wall));
  House after{settings, disk};
  auto& asked = restarted ? after : house;
  const auto address = asked.boots(mac1).address;
  CHECK(settings.network.pool.first <= address);
  CHECK(address <= settings.network.pool.last);
  CHECK(disk.nodes.at(1).address == address);
}

TEST_CASE("a node that runs keeps the address it has, whatever is asked for") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  const auto address = house.boots(mac1).address;
  house.node("node01").pulse.on_beat(beat("b1", 100), Moment::clock::now());
  CHECK_FALSE(house.seats.set(house.node("node01"), "address", ""));
  CHECK(house.seats.set(house.node("node01"), "address", address.text()));
  CHECK(house.row(mac1).address == address);
  CHECK_FALSE(house.seats.set(house.node("node01"), "address", "nowhere"));
}

TEST_CASE("who waits is given no address of its own: the next question would take it away again") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  house.boots(mac1);
  CHECK_FALSE(house.seats.set(house.node("node01"), "address", "10.0.0.99"));
  CHECK(house.leases.is_free("10.0.0.99"_ip, house.now.wall));
  REQUIRE(house.seats.approve(house.node("node01")));
  REQUIRE(house.seats.set(house.node("node01"), "address", "10.0.0.99"));
  CHECK(house.boots(mac1).address == "10.0.0.99"_ip);
}
