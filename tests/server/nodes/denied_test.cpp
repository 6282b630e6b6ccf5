// A board that was let in once and is denied now: what runs on it goes on, and no other boot begins.
#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

namespace {

void beats(House& house, std::string_view name) {
  house.node(name).pulse.on_beat(beat("b1", 100), house.now.moment);
}

/// Its system does: no words of a firmware, and a transaction of its own.
dhcp::Outcome system_renews(House& house, const Mac& mac, Ipv4 address) {
  auto message = House::asks(mac, MessageType::request);
  message.xid = 8;
  message.client_ip = address;
  return house.hears(message);
}

}  // namespace

TEST_CASE("who is denied while it runs keeps its address until it is off, and boots no more") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  const auto address = house.boots(mac1).address;
  house.passes(1min);
  beats(house, "node01");
  REQUIRE(house.seats.deny(house.node("node01")));
  const auto renewed = system_renews(house, mac1, address);
  REQUIRE(renewed.answered == "ACK");
  CHECK(renewed.address == address);
  CHECK(lease_time(renewed) == 12 * 3600);
  CHECK_FALSE(house.plain(mac1).reply);
  CHECK_FALSE(house.boots(mac1).reply);
  SECTION("it is off: no answer at all") {
    house.node("node01").pulse.on_down("b1", house.now.moment);
    CHECK_FALSE(system_renews(house, mac1, address).reply);
  }
  SECTION("it is silent") {
    house.passes(10min);
    CHECK_FALSE(system_renews(house, mac1, address).reply);
  }
}

TEST_CASE("the address of a denied node is nobody else's, after a restart and when its lease is over too") {
  Disk disk;
  const auto settings = settings_with(JoinMode::open);
  Ipv4 address;
  {
    House house{settings, disk};
    address = house.boots(mac1).address;
    REQUIRE(house.seats.deny(house.node("node01")));
  }
  House house{settings, disk};
  house.passes(24h);  // nothing renews the address of a node that is up
  for (std::uint8_t i = 0; i < 6; ++i) CHECK(house.plain(Mac{{2, 0, 0, 0, 1, i}}).address != address);
  REQUIRE(house.seats.approve(house.node("node01")));
  CHECK(house.boots(mac1).address == address);
}

TEST_CASE("who was denied while it waited holds no address after a restart") {
  Disk disk;
  const auto settings = settings_with(JoinMode::approve);
  {
    House house{settings, disk};
    for (std::uint8_t i = 0; i < 4; ++i) house.boots(Mac{{2, 0, 0, 0, 1, i}});  // the whole pool
    REQUIRE(house.seats.deny(house.node("node01")));
  }
  House house{settings, disk};
  house.passes(3min);
  CHECK(house.plain(mac3).answered == "OFFER");
}

TEST_CASE("a denied board that runs is given no other seat, nor its address away") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  const auto address = house.boots(mac1).address;
  house.boots(mac2);
  house.node("node01").pulse.on_beat(beat("b1", 100), Moment::clock::now());
  REQUIRE(house.seats.deny(house.node("node01")));
  CHECK_FALSE(house.seats.replace(house.node("node02"), mac1));
  CHECK_FALSE(house.leases.is_free(address, house.now.wall + 24h));
  house.node("node01").pulse.on_down("poweroff", Moment::clock::now());
  CHECK(house.seats.replace(house.node("node02"), mac1));
}

TEST_CASE("a seat that was denied waits for no new board any more") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  REQUIRE(house.seats.replace(house.node("node01"), std::nullopt));
  REQUIRE(house.seats.deny(house.node("node01")));
  CHECK(house.boots(mac2).answered == "ACK");
  CHECK(house.row(mac1).standing == Standing::denied);
  CHECK(house.row(mac2).name == "node02");
}
