// Boards ask, the door is open, shut or watched, and people decide: from the DISCOVER to the row on the disk.
#include "server/nodes/condition.hpp"
#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("what becomes of a board that no seat is kept for") {
  const auto [mode, door, entry] = GENERATE(table<JoinMode, bool, Entry>({
      {JoinMode::open, false, Entry::seat},
      {JoinMode::window, false, Entry::park},
      {JoinMode::window, true, Entry::seat},
      {JoinMode::approve, false, Entry::park},
      {JoinMode::approve, true, Entry::seat},
      {JoinMode::closed, false, Entry::refuse},
      {JoinMode::closed, true, Entry::seat},
  }));
  dhcp::Board board;
  board.mac = mac1;
  const auto decision = decide(mode, door, board);
  CHECK(decision.entry == entry);
  CHECK(decision.why.empty() == (entry == Entry::seat));
  if (entry == Entry::refuse)
    CHECK(decision.why.find("rootstock nodes declare NAME --mac " + mac1.text()) != std::string::npos);
}

TEST_CASE("the door is opened for a while") {
  Disk disk;
  House house{settings_with(JoinMode::window), disk};
  const auto parked = house.boots(mac1);
  CHECK(parked.answered == "ACK");
  CHECK(house.row(mac1).standing == Standing::waiting);
  house.reception.open_door(house.now.wall + 10min);
  CHECK(house.boots(mac2).welcome.how == dhcp::Welcome::How::seated);
  CHECK(house.row(mac2).name == "node02");                 // the first is kept for the one that waits
  REQUIRE(house.reception.sightings().all().size() == 1);  // since the door was opened
  CHECK(house.reception.sightings().all().front().mac == mac2);
  CHECK(house.reception.sightings().all().front().outcome == "joined");
  house.passes(11min);
  CHECK(house.boots(mac3).welcome.how == dhcp::Welcome::How::parked);
}

TEST_CASE("who waits for the door comes in when it asks again; who waits for a yes does not") {
  const auto [mode, comes_in] =
      GENERATE(table<JoinMode, bool>({{JoinMode::window, true}, {JoinMode::approve, false}}));
  Disk disk;
  House house{settings_with(mode), disk};
  const auto parked = house.boots(mac1);
  house.reception.open_door(house.now.wall + 10min);
  const auto renewed = house.renews(mac1, parked.address);
  CHECK(renewed.answered == "ACK");
  CHECK(lease_time(renewed) == (comes_in ? 12 * 3600 : 120));
  CHECK((disk.nodes.at(1).standing == Standing::member) == comes_in);
  CHECK(house.row(mac1).name == "node01");
  REQUIRE(house.reception.sightings().all().size() == 1);
  CHECK(house.reception.sightings().all().front().outcome == (comes_in ? "joined" : "waiting"));
}

TEST_CASE("the door lets nobody in whose identity is in doubt, and nobody whom there is no seat for") {
  Disk disk;
  auto settings = settings_with(JoinMode::window);
  settings.slurm.max_nodes = 1;
  House house{settings, disk};
  const auto first = house.boots(mac1), second = house.boots(mac2);
  house.node("node02").record.doubt = "somebody else's serial";
  house.reception.open_door(house.now.wall + 10min);
  house.renews(mac2, second.address);
  CHECK(house.row(mac2).standing == Standing::waiting);
  house.node("node02").record.doubt.clear();
  house.renews(mac1, first.address);
  house.renews(mac2, second.address);
  CHECK(house.row(mac1).standing == Standing::member);
  CHECK(house.row(mac2).standing == Standing::waiting);
}

TEST_CASE("who waits has an address for two minutes, and the seat's own after a yes") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  const auto parked = house.boots(mac1);
  CHECK(lease_time(parked) == 120);
  CHECK_FALSE(parked.lease->seated);
  CHECK(parked.welcome.name == "node01");
  REQUIRE(house.seats.approve(house.node("node01")));
  const auto seated = house.renews(mac1, parked.address);
  CHECK(seated.answered == "ACK");
  CHECK(lease_time(seated) == 12 * 3600);
  CHECK(seated.lease->seated);
  CHECK(disk.nodes.at(1).standing == Standing::member);
  CHECK_FALSE(house.seats.approve(house.node("node01")));
}

TEST_CASE("who waits keeps its address from nobody once it is gone") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  for (std::uint8_t i = 0; i < 4; ++i) house.boots(Mac{{2, 0, 0, 0, 1, i}});  // the whole pool
  CHECK(house.plain(mac3).answered.empty());
  house.passes(3min);
  CHECK(house.plain(mac3).answered == "OFFER");
}

TEST_CASE("who waited and is forgotten leaves alone whoever has its address since") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  const auto waited = house.boots(mac1).address;
  for (std::uint8_t i = 0; i < 3; ++i) house.boots(Mac{{2, 0, 0, 0, 1, i}});  // the rest of the pool
  house.passes(3min);
  house.reception.open_door(house.now.wall + 10min);
  REQUIRE(house.boots(mac2).address == waited);
  REQUIRE(house.seats.forget(house.node("node01"), false));
  CHECK(house.leases.address_of(mac2) == waited);
  CHECK(house.renews(mac2, waited).answered == "ACK");
  CHECK_FALSE(house.leases.is_free(waited, house.now.wall + 24h));
}

TEST_CASE("an approved board that is switched off has its address kept for it from then on") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  const auto parked = house.boots(mac1).address;
  REQUIRE(house.seats.approve(house.node("node01")));
  house.passes(3min);
  for (std::uint8_t i = 0; i < 4; ++i) CHECK(house.boots(Mac{{2, 0, 0, 0, 1, i}}).address != parked);
  CHECK(house.registry.by_address(parked) == &house.node("node01"));
  CHECK(house.boots(mac1).address == parked);
}

TEST_CASE("an approved board takes no address from a device that has it since") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  const auto parked = house.boots(mac1).address;
  for (std::uint8_t i = 0; i < 3; ++i) house.boots(Mac{{2, 0, 0, 0, 1, i}});  // the rest of the pool
  house.passes(3min);
  auto asks = House::asks(mac2, MessageType::request);
  asks.options.set(Code::requested_ip, house.plain(mac2).address);
  asks.options.set(Code::server_id, house.settings.network.address);
  REQUIRE(house.hears(asks).address == parked);
  REQUIRE(house.seats.approve(house.node("node01")));
  CHECK(house.row(mac1).address.unset());
  CHECK(house.renews(mac2, parked).answered == "ACK");
}

TEST_CASE("nor after a restart, and whoever let it in") {
  Disk disk;
  const auto mode = GENERATE(JoinMode::approve, JoinMode::window);
  Ipv4 parked;
  {
    House house{settings_with(mode), disk};
    parked = house.boots(mac1).address;
    for (std::uint8_t i = 0; i < 3; ++i) house.boots(Mac{{2, 0, 0, 0, 1, i}});  // the rest of the pool
    house.passes(3min);
    auto asks = House::asks(mac2, MessageType::request);
    asks.options.set(Code::requested_ip, house.plain(mac2).address);
    asks.options.set(Code::server_id, house.settings.network.address);
    REQUIRE(house.hears(asks).address == parked);
  }
  House house{settings_with(mode), disk, 4min};
  CHECK(house.registry.by_address(parked) == nullptr);
  house.reception.open_door(house.now.wall + 10min);
  if (mode == JoinMode::approve) REQUIRE(house.seats.approve(house.node("node01")));
  CHECK(house.boots(mac1).address != parked);
  CHECK(house.row(mac1).standing == Standing::member);
  CHECK(house.row(mac1).address != parked);
  CHECK(house.renews(mac2, parked).answered == "ACK");
}

TEST_CASE("who was denied hears nothing, and is heard again when that is taken back") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  house.boots(mac1);
  REQUIRE(house.seats.deny(house.node("node01")));
  CHECK_FALSE(house.boots(mac1).reply);
  CHECK_FALSE(house.plain(mac1).reply);
  REQUIRE(house.seats.approve(house.node("node01")));
  CHECK(house.boots(mac1).answered == "ACK");
}

TEST_CASE("who was to be replaced may keep its board after all") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  house.passes(10min);
  CHECK_FALSE(house.seats.keep_board(house.node("node01")));
  REQUIRE(house.seats.replace(house.node("node01"), {}));
  CHECK(condition_of(house.node("node01"), {}, house.now.moment)
            .detail.ends_with("the next new board takes its seat"));
  REQUIRE(house.seats.keep_board(house.node("node01")));
  CHECK_FALSE(disk.nodes.at(1).awaited);
  CHECK(house.boots(mac2).welcome.name == "node02");
  CHECK(house.row(mac1).name == "node01");
}

TEST_CASE("a closed cluster answers boards that it knows or waits for, and whoever wants an address") {
  Disk disk;
  House house{settings_with(JoinMode::closed), disk};
  const auto refused = house.boots(mac1);
  CHECK_FALSE(refused.reply);
  CHECK(refused.why.find("join = \"closed\"") != std::string::npos);
  CHECK(house.registry.nodes().empty());
  CHECK(house.plain(mac2).answered == "OFFER");
  REQUIRE(house.seats.declare({.name = "red", .mac = mac1, .serial = "", .group = "", .address = {}}));
  CHECK(house.boots(mac1).welcome.name == "red");
}

TEST_CASE("boards without end do not wait without end") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  for (std::uint32_t i = 0; i < 400; ++i) {
    house.now.moment += 1s;
    house.hears(
        House::discovers(Mac{{2, 0, 0, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}}));
  }
  CHECK(house.registry.nodes().size() == Reception::most_waiting);
  CHECK(disk.nodes.size() == Reception::most_waiting);
  CHECK(house.reception.sightings().all().size() == Sightings::most);
  CHECK(house.registry.by_mac(Mac{{2, 0, 0, 1, 0, 0}}) == nullptr);  // silent longest
  CHECK(house.registry.by_mac(Mac{{2, 0, 0, 1, 1, 143}}) != nullptr);
}

TEST_CASE("boards without end that all say one serial do not wait without end either") {
  Disk disk;
  House house{settings_with(JoinMode::approve), disk};
  const auto mac = [](std::uint32_t i) {
    return Mac{{2, 0, 0, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
  };
  for (std::uint32_t i = 0; i <= Reception::most_waiting; ++i) {
    house.now.moment += 1s;
    house.hears(House::discovers(mac(i), 0x1111));
  }
  CHECK(house.registry.nodes().size() == Reception::most_waiting);
  CHECK(house.registry.by_mac(mac(0)) == nullptr);  // the one whose serial it was
  CHECK(house.row(mac(Reception::most_waiting)).doubt.find(mac(0).text()) != std::string::npos);
}

TEST_CASE("declared seats are taken by serial, by MAC, and in order") {
  Disk disk;
  House house{settings_with(JoinMode::closed), disk};
  const auto declare = [&](DeclaredNode wanted) { return house.seats.declare(wanted).has_value(); };
  REQUIRE(declare({.name = "first", .mac = {}, .serial = "", .group = "", .address = "10.0.0.50"_ip}));
  REQUIRE(declare({.name = "second", .mac = {}, .serial = "", .group = "", .address = {}}));
  REQUIRE(declare({.name = "pi", .mac = {}, .serial = "1234abcd", .group = "", .address = "10.0.0.11"_ip}));
  const auto pi = house.boots(mac2, 0x1234abcd);
  CHECK(pi.welcome.name == "pi");
  CHECK(pi.address == "10.0.0.11"_ip);
  const auto first = house.boots(mac1);
  CHECK(first.welcome.name == "first");
  CHECK(first.address == "10.0.0.50"_ip);  // outside of the pool
  CHECK(house.boots(mac3).welcome.name == "second");
  CHECK_FALSE(house.boots(Mac{{2, 0, 0, 0, 0, 9}}).reply);
}

TEST_CASE("an address that is declared is kept, over a restart too, and may be nobody else's") {
  Disk disk;
  auto settings = settings_with(JoinMode::open);
  {
    House house{settings, disk};
    const auto declare = [&](std::string name, Ipv4 address) {
      return house.seats.declare(
          {.name = std::move(name), .mac = {}, .serial = "0000aaaa", .group = "", .address = address});
    };
    CHECK_FALSE(declare("far", "10.9.0.1"_ip));
    CHECK_FALSE(declare("head", "10.0.0.1"_ip));
    const auto taken = house.boots(mac1).address;
    CHECK_FALSE(declare("taken", taken));
    REQUIRE(declare("kept", "10.0.0.12"_ip));
    CHECK_FALSE(house.seats.declare(
        {.name = "twice", .mac = {}, .serial = "", .group = "", .address = "10.0.0.12"_ip}));
  }
  House house{settings, disk};
  for (std::uint8_t i = 0; i < 6; ++i) CHECK(house.plain(Mac{{2, 0, 0, 0, 1, i}}).address != "10.0.0.12"_ip);
  CHECK(house.boots(mac2, 0xaaaa).address == "10.0.0.12"_ip);
}

TEST_CASE("the settings declare, but take nobody's seat") {
  Disk disk;
  auto settings = settings_with(JoinMode::open);
  settings.declared = {{.name = "red", .mac = mac1, .serial = "", .group = "", .address = "10.0.0.20"_ip}};
  {
    House house{settings, disk};
    settings.declared.front().address = "10.0.0.21"_ip;
  }
  {
    House house{settings, disk};  // nobody had come yet: what is declared now counts
    CHECK(house.boots(mac1).address == "10.0.0.21"_ip);
    CHECK_FALSE(house.seats.rename(house.node("red"), "blue"));
    CHECK_FALSE(house.seats.forget(house.node("red"), true));
    settings.declared.front().mac = mac2;
  }
  House house{settings, disk};
  CHECK(house.row(mac1).name == "red");
  CHECK(house.registry.nodes().size() == 1);
}

TEST_CASE("a new board on an old seat: same name, address and keys, after a restart too") {
  Disk disk;
  const auto settings = settings_with(JoinMode::closed);
  Ipv4 address;
  {
    auto open = settings;
    open.nodes.join = JoinMode::open;
    House house{open, disk};
    address = house.boots(mac1, 0x1111).address;
    auto& record = house.node("node01").record;
    record.host_secret = "secret";
    record.token = "old";
    disk.nodes[1] = record;
  }
  const bool by_mac = GENERATE(true, false);
  const bool restarted = GENERATE(true, false);
  const auto check = [&](House& house) {
    const auto seated = house.boots(mac2, 0x2222);
    CHECK(seated.welcome.name == "node01");
    CHECK(seated.address == address);
    const auto& row = disk.nodes.at(1);
    CHECK(row.mac == mac2);
    CHECK(row.serial == "00002222");
    CHECK(row.host_secret == "secret");
    CHECK(row.machine_id == std::string(32, 'a'));
    CHECK(row.token.empty());  // the old board's is worth nothing now
    CHECK_FALSE(row.awaited);
    CHECK_FALSE(house.boots(mac1, 0x1111).reply);  // it is a stranger now
    CHECK(house.plain(mac1).address != address);
  };
  House house{settings, disk};
  REQUIRE(house.seats.replace(house.node("node01"), by_mac ? std::optional{mac2} : std::nullopt));
  if (!restarted) return check(house);
  House after{settings, disk};
  check(after);
}

TEST_CASE("a board that was to be replaced and runs again keeps its seat") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  REQUIRE(house.seats.replace(house.node("node01"), {}));
  house.node("node01").pulse.on_beat(beat("b1", 10), house.now.moment);
  CHECK(house.boots(mac2).welcome.name == "node02");
  CHECK(house.row(mac1).name == "node01");
  house.passes(1min);  // it dies again
  CHECK(house.boots(mac3).welcome.name == "node01");
}

TEST_CASE("nothing is replaced or forgotten while it runs") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  auto& node = house.node("node01");
  node.pulse.on_up("boot", Moment::clock::now());
  node.pulse.on_beat(beat("boot", 5), Moment::clock::now());
  CHECK_FALSE(house.seats.replace(node, mac2));
  CHECK_FALSE(house.seats.forget(node, false));
  CHECK_FALSE(house.seats.set(node, "address", "10.0.0.99"));
  CHECK(house.seats.forget(node, true));
  CHECK(house.registry.nodes().empty());
}

TEST_CASE("no seat is given to an address that no board has") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  const auto nobody = GENERATE("00:00:00:00:00:00"_mac, "ff:ff:ff:ff:ff:ff"_mac, "01:80:c2:00:00:00"_mac);
  CHECK_FALSE(house.seats.replace(house.node("node01"), nobody));
  CHECK(house.row(mac1).name == "node01");
  CHECK(house.registry.by_mac(nobody) == nullptr);
}

TEST_CASE("a restarted head takes who was heard a moment ago for running, until it is missed") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  auto& node = house.node("node01");
  node.record.last_heard = Time::clock::now();
  CHECK_FALSE(house.seats.replace(node, mac2));
  node.pulse.lost_at = Moment::clock::now();
  CHECK(house.seats.replace(node, mac2));
}

TEST_CASE("a forgotten seat leaves its name and address, never its number") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  std::vector<Ipv4> pool;
  for (std::uint8_t i = 1; i <= 4; ++i) pool.push_back(house.boots(Mac{{2, 0, 0, 0, 0, i}}).address);
  house.passes(24h);
  CHECK(house.plain(Mac{{2, 0, 0, 0, 7, 7}}).answered.empty());  // nodes', whatever their leases say
  REQUIRE(house.seats.forget(house.node("node02"), false));
  CHECK_FALSE(disk.nodes.contains(2));
  const auto next = house.boots(Mac{{2, 0, 0, 0, 0, 9}});
  CHECK(next.address == pool[1]);
  CHECK(next.welcome.name == "node02");
  CHECK(disk.nodes.contains(5));
}

TEST_CASE("renamed, and found by the new name alone") {
  Disk disk;
  House house{settings_with(JoinMode::open), disk};
  house.boots(mac1);
  house.boots(mac2);
  CHECK_FALSE(house.seats.rename(house.node("node01"), "node02"));
  CHECK_FALSE(house.seats.rename(house.node("node01"), "no name"));
  REQUIRE(house.seats.rename(house.node("node01"), "red"));
  CHECK(house.registry.by_name("node01") == nullptr);
  CHECK(house.boots(mac1).welcome.name == "red");
  CHECK(disk.nodes.at(1).name == "red");
}

TEST_CASE("groups name their boards") {
  Disk disk;
  auto settings = settings_with(JoinMode::open);
  settings.groups = {
      {.name = "pis", .prefix = "pi", .digits = 3, .image = "", .kernel_options = "", .boards = {"pi4"}},
      {.name = "pcs", .prefix = "", .digits = 2, .image = "", .kernel_options = "", .boards = {"amd64"}}};
  House house{settings, disk};
  CHECK(house.boots(mac1, 0x1).welcome.name == "pi001");
  CHECK(house.boots(mac2).welcome.name == "node01");
  CHECK(house.row(mac2).group == "pcs");
  CHECK_FALSE(house.seats.set_group(house.node("pi001"), "none"));
  CHECK(house.seats.set_group(house.node("pi001"), "pcs"));
}
