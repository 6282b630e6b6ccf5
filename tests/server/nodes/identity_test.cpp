// Who is who: what firmware says of a board against what is known of it.
#include "server/nodes/identity.hpp"

#include "server/nodes/sleep.hpp"
#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;
using dhcp::Dialect;
using How = dhcp::Welcome::How;

namespace {

dhcp::Board board(Dialect dialect, std::optional<std::uint32_t> serial = {}, int uuid = -1) {
  dhcp::Board made;
  made.mac = mac1;
  made.dialect = dialect;
  made.serial = serial;
  if (uuid >= 0) {
    made.uuid.emplace();
    for (std::size_t i = 0; i < 16; ++i)
      (*made.uuid)[i] = static_cast<std::uint8_t>(static_cast<std::size_t>(uuid) + i);
  }
  return made;
}

/// What is known after a board said this.
NodeRecord known_by(const dhcp::Board& said) {
  Registry registry({}, 9, {});
  return registry.join(said, {}, "", Time{})->record;
}

bool contradicts(const dhcp::Board& known, const dhcp::Board& asks) {
  return !contradiction(known_by(known), asks).empty();
}

}  // namespace

TEST_CASE("what many boards say tells none of them apart") {
  CHECK_FALSE(identifies("00000000000000000000000000000000"));
  CHECK_FALSE(identifies("ffffffffffffffffffffffffffffffff"));
  CHECK_FALSE(identifies("44444444444444444444444444444444"));
  CHECK_FALSE(identifies("03000200040005000006000700080009"));
  CHECK_FALSE(identifies("00020003000400050006000700080009"));
  CHECK_FALSE(identifies(""));
  CHECK(identifies("0102030405060708090a0b0c0d0e0f10"));
}

TEST_CASE("two boards under one MAC") {
  CHECK(contradicts(board(Dialect::pi4, 0x1111), board(Dialect::pi4, 0x2222)));
  CHECK(contradicts(board(Dialect::pi4, 0x1111), board(Dialect::pi3, 0x2222)));
  CHECK(contradicts(board(Dialect::pi4), board(Dialect::pi5)));
  CHECK(contradicts(board(Dialect::pi4), board(Dialect::uefi_x64)));
  CHECK(contradicts(board(Dialect::uefi_x64, {}, 1), board(Dialect::uefi_x64, {}, 2)));
}

TEST_CASE("one board and its several firmwares") {
  CHECK_FALSE(contradicts(board(Dialect::pi4, 0x1111), board(Dialect::pi4, 0x1111)));
  CHECK_FALSE(contradicts(board(Dialect::pi4, 0x1111), board(Dialect::uboot_arm64)));
  CHECK_FALSE(contradicts(board(Dialect::uboot_arm64), board(Dialect::uefi_arm64, {}, 3)));
  // A Pi 3's ROM tells no serial, what it loads does (1.2); firmware of 2019 says only that it is some Pi.
  CHECK_FALSE(contradicts(board(Dialect::pi3), board(Dialect::pi3, 0x1111)));
  CHECK_FALSE(contradicts(board(Dialect::pi3, 0x1111), board(Dialect::pi3)));
  CHECK_FALSE(contradicts(board(Dialect::pi4, 0x1111), board(Dialect::pi, 0x1111)));
  CHECK_FALSE(contradicts(board(Dialect::uefi_x64, {}, 1), board(Dialect::http_x64, {}, 2)));
  CHECK_FALSE(contradicts(board(Dialect::uefi_x64, {}, 1), board(Dialect::pxe_bios, {}, 2)));
  CHECK_FALSE(contradicts(board(Dialect::uefi_x64, {}, 1), board(Dialect::ipxe, {}, 2)));
  CHECK_FALSE(contradicts(board(Dialect::uefi_x64, {}, 1), board(Dialect::plain, {}, 2)));
}

TEST_CASE("two systems that talk as one") {
  const Moment asked{1000s};
  CHECK_FALSE(runs_on_elsewhere({}, asked, 100s));           // nobody asked
  CHECK_FALSE(runs_on_elsewhere(asked, asked - 1s, 3600s));  // before it was switched off
  CHECK_FALSE(runs_on_elsewhere(asked, asked + 1s, 3600s));  // its last word, on its way
  CHECK_FALSE(runs_on_elsewhere(asked, asked + 60s, 40s));   // the new system
  CHECK(runs_on_elsewhere(asked, asked + 20s, 3600s));
  // Ten seconds from DISCOVER to kernel, and a month up with a quartz that is 100 ppm fast.
  const auto month = std::chrono::hours{24 * 30};
  CHECK_FALSE(runs_on_elsewhere(asked, asked + 10s + month, month * 1.0001));
}

TEST_CASE("another board under a MAC that is known: no overlay until somebody says which") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  const auto address = house.boots(mac1, 0x1111).address;
  CHECK(house.row(mac1).doubt.empty());
  CHECK(house.boots(mac1, 0x2222).address == address);  // the MAC has one address
  CHECK(house.row(mac1).doubt.find("serial 00002222, where node01 has 00001111") != std::string::npos);
  CHECK(house.row(mac1).serial == "00001111");  // not learnt from a stranger
  CHECK(disk.nodes.at(1).doubt == house.row(mac1).doubt);

  SECTION("the board was exchanged: the one that asked last stays") {
    REQUIRE(house.seats.approve(house.node("node01")));
    CHECK(house.row(mac1).serial == "00002222");
    house.boots(mac1, 0x2222);
    CHECK(house.row(mac1).doubt.empty());
  }
  SECTION("the stranger went away: after ten minutes the known one may boot") {
    house.passes(9min);
    house.boots(mac1, 0x1111);
    house.passes(1min);
    CHECK_FALSE(house.row(mac1).doubt.empty());
    house.passes(5min);
    house.boots(mac1, 0x1111);
    house.passes(50s);
    CHECK(house.row(mac1).doubt.empty());
    CHECK(disk.nodes.at(1).doubt.empty());
  }
  SECTION("the stranger comes again: it begins anew") {
    house.passes(9min);
    house.boots(mac1, 0x2222);
    house.passes(2min);
    house.boots(mac1, 0x1111);
    house.passes(1min);
    CHECK_FALSE(house.row(mac1).doubt.empty());
  }
}

TEST_CASE("a known serial at another MAC waits, and its owner is none the worse") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1, 0x1111);
  const bool alive = GENERATE(true, false);
  auto& owner = house.node("node01");
  if (alive) {
    owner.pulse.on_up("boot", house.now.moment);
    owner.pulse.on_beat(beat("boot", 5), house.now.moment);
  } else {
    house.passes(10min);
  }
  const auto parked = house.boots(mac2, 0x1111);
  CHECK(parked.welcome.how == How::parked);
  CHECK(owner.record.doubt.empty());
  const auto& words = house.row(mac2).doubt;
  CHECK((words.find("which runs: a cloned serial") != std::string::npos) == alive);
  CHECK((words.find("nodes replace node01 --with " + mac2.text()) != std::string::npos) != alive);
  SECTION("it is a board of its own") {
    REQUIRE(house.seats.approve(house.node("node02")));
    CHECK(house.boots(mac2, 0x1111).welcome.how == How::seated);
    CHECK(house.row(mac2).doubt.empty());
  }
  SECTION("it is the same board with another card") {
    if (alive) return;
    REQUIRE(house.seats.replace(owner, mac2));
    CHECK(house.boots(mac2, 0x1111).welcome.name == "node01");
    CHECK(house.registry.nodes().size() == 1);
  }
}

TEST_CASE("two boards at once under one MAC, and the same with a board that just starts again") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  auto& node = house.node("node01");
  house.passes(60s);
  double uptime = 50;
  const auto beats = [&] {
    node.pulse.on_beat(beat("old", uptime), house.now.moment);
    house.passes(15s);
    uptime += 15;
  };
  node.pulse.on_up("old", house.now.moment);
  for (int i = 0; i < 4; ++i) beats();
  CHECK(node.record.doubt.empty());

  house.boots(mac1);
  SECTION("its power was cut: the old system is silent") {
    for (int i = 0; i < 8; ++i) house.passes(15s);
    CHECK(node.record.doubt.empty());
    node.pulse.on_up("new", house.now.moment);
    uptime = 100;
    node.pulse.on_beat(beat("new", uptime), house.now.moment);
    house.passes(15s);
    CHECK(node.record.doubt.empty());
  }
  SECTION("the old system goes on") {
    house.now.moment += 10s;
    beats();
    beats();
    CHECK(node.record.doubt.find("two boards have the MAC") != std::string::npos);
    for (int i = 0; i < 60; ++i) beats();
    CHECK_FALSE(node.record.doubt.empty());  // the stranger may still wait at the gate
    house.boots(mac1);                       // who runs starts again, alone
    for (int i = 0; i < 4; ++i) house.passes(15s);
    CHECK(node.record.doubt.empty());
  }
}

TEST_CASE("the head sleeps, and its nodes do not") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  auto& node = house.node("node01");
  double uptime = -30;  // its kernel starts half a minute after its firmware asked
  const auto passes = [&](std::chrono::seconds time) {
    uptime += std::chrono::duration<double>(time).count();
    house.passes(time);
  };
  passes(60s);
  node.pulse.on_up("boot", house.now.moment);
  node.pulse.on_beat(beat("boot", uptime), house.now.moment);
  passes(15s);

  house.now.wall += 1h;  // the steady clock stands still
  uptime += 3600;
  sleep_over(house.registry, 1h);
  node.pulse.on_beat(beat("boot", uptime), house.now.moment);
  passes(15s);
  CHECK(node.record.doubt.empty());

  house.boots(mac1);  // a twin is a twin, also after that
  house.now.moment += 10s;
  node.pulse.on_beat(beat("boot", uptime), house.now.moment);
  passes(15s);
  CHECK_FALSE(node.record.doubt.empty());
}

TEST_CASE("a machine knows how long it has slept") {
  const auto before = slept_so_far();
  CHECK(before >= 0s);
  CHECK(slept_so_far() - before < 1min);
}

TEST_CASE("a boot waits until the system before it would have been heard again") {
  const Moment asked{10h};
  Pulse pulse;
  CHECK_FALSE(may_run_on_elsewhere(pulse, asked, asked + 1s));  // it never ran
  Beat beat;
  beat.boot = "first";
  beat.uptime = 3600;
  pulse.on_up("first", asked - 1h);
  REQUIRE(pulse.on_beat(beat, asked - 10s));
  CHECK(may_run_on_elsewhere(pulse, asked, asked + 1s));
  CHECK(may_run_on_elsewhere(pulse, asked, asked + 24s));
  CHECK_FALSE(may_run_on_elsewhere(pulse, asked, asked + 26s));  // silent: it was switched off and on
  beat.uptime = 3630;
  REQUIRE(pulse.on_beat(beat, asked + 20s));
  CHECK(may_run_on_elsewhere(pulse, asked, asked + 26s));  // there are two
  pulse.on_down("reboot", asked + 21s);
  CHECK_FALSE(may_run_on_elsewhere(pulse, asked, asked + 22s));  // it said that it goes

  Pulse lost;
  lost.on_up("first", asked - 1h);
  REQUIRE(lost.on_beat(beat, asked - 2min));
  CHECK_FALSE(may_run_on_elsewhere(lost, asked, asked + 1s));
}
