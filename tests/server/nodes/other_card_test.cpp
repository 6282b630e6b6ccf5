// One board with two network cards, and boards of one batch that only look like one.
#include "server/nodes/other_card.hpp"

#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

namespace {

/// As a BIOS ROM that says a UUID (NETBOOT-FACTS 1.6).
void boots(House& house, const Mac& mac, std::uint8_t uuid) {
  auto message = House::discovers(mac);
  std::array<std::uint8_t, 17> said{};
  for (std::uint8_t i = 1; i < said.size(); ++i) said[i] = static_cast<std::uint8_t>(uuid + i);
  message.options.set(Code::client_uuid, dhcp::Bytes{said});
  house.hears(message);
}

void runs_now(House& house, std::string_view name) {
  auto& node = house.node(name);
  node.pulse.on_up("boot", house.now.moment);
  node.pulse.on_beat(beat("boot", 5), house.now.moment);
}

}  // namespace

TEST_CASE("two seats that say one UUID, and only one of them is there: perhaps one board") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  boots(house, mac1, 7);
  runs_now(house, "node01");
  house.passes(10min);
  const auto hint = [&](std::string_view name) {
    return other_card(house.registry, house.node(name), house.now);
  };
  CHECK_FALSE(hint("node01"));
  SECTION("its other card") {
    boots(house, mac2, 7);
    runs_now(house, "node02");
    REQUIRE(hint("node01"));
    CHECK(hint("node01")->what == hint("node02")->what);
    CHECK(hint("node01")->what.find("node01 (" + mac1.text() + ") and node02") != std::string::npos);
    CHECK(hint("node02")->hint.find("rootstock nodes replace node01 --with " + mac2.text()) !=
          std::string::npos);
    // What it advises can be done, once the silent one is missed.
    house.node("node01").pulse.lost_at = Moment::clock::now();
    house.node("node02").pulse.on_down("boot", house.now.moment);
    REQUIRE(house.seats.forget(house.node("node02"), false));
    REQUIRE(house.seats.replace(house.node("node01"), mac2));
    CHECK_FALSE(hint("node01"));
  }
  SECTION("both are there: two boards of a batch") {
    boots(house, mac2, 7);
    runs_now(house, "node01");
    runs_now(house, "node02");
    CHECK_FALSE(hint("node01"));
    CHECK_FALSE(hint("node02"));
  }
  SECTION("three of them: a batch") {
    boots(house, mac2, 7);
    boots(house, mac3, 7);
    runs_now(house, "node02");
    CHECK_FALSE(hint("node01"));
  }
  SECTION("another UUID") {
    boots(house, mac2, 8);
    runs_now(house, "node02");
    CHECK_FALSE(hint("node01"));
  }
}
