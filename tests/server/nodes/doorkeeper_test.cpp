#include "server/nodes/doorkeeper.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;
using dhcp::Dialect;

namespace {

constexpr std::uint64_t million = 1'000'000;
const BootName kernel{BootPart::kernel, "compute", 3, ""};
const BootName initramfs{BootPart::initramfs, "compute", 3, ""};

/// A head on a link on which five boards may load at once.
struct House {
  Registry registry{NodeSettings{}, 256, {}};
  Doorkeeper doorkeeper;
  Moment now{std::chrono::hours{24}};
  std::vector<Mac> turns;

  explicit House(bool enabled = true) : doorkeeper(registry, enabled, Bandwidth::of(0, 100 * million)) {
    doorkeeper.set_largest(30 * million);
    doorkeeper.measure(0.5, 0, now);
    doorkeeper.on_turn = [this](const Mac& mac) { turns.push_back(mac); };
  }

  static dhcp::Board board(std::uint8_t number, Dialect dialect) {
    dhcp::Board one;
    one.mac.bytes = {2, 0, 0, 0, 0, number};
    one.dialect = dialect;
    return one;
  }
  Node& node(std::uint8_t number, Dialect dialect) {
    const auto one = board(number, dialect);
    if (Node* known = registry.by_mac(one.mac)) return *known;
    return *registry.join(one, {}, std::string(32, 'a'), Time{});
  }
  bool discovers(std::uint8_t number, Dialect dialect) {
    Node& one = node(number, dialect);
    const auto asks = board(number, dialect);
    const auto pass = doorkeeper.ask_at_dhcp(one, asks, now);
    one.boot.on_dhcp({asks, "DISCOVER", pass.go ? "OFFER" : "", Ipv4{}, "", pass.words}, now);
    return pass.go;
  }
  void loads_all(Node& one) {
    for (const auto& name : {kernel, initramfs}) {
      doorkeeper.on_fetch(one, name, now);
      doorkeeper.on_fetched(one, name, million, 1, now);
    }
  }
  /// All places taken, by firmware that asks nobody.
  void is_full() {
    for (std::uint8_t number = 200; number < 206; ++number) discovers(number, Dialect::pi3);
  }
};

}  // namespace

TEST_CASE("who may not boot is told so before it is a matter of its turn") {
  House house;
  Node& node = house.node(1, Dialect::pi4);
  node.record.standing = Standing::waiting;
  const auto waits = house.doorkeeper.ask(node, Gate::initramfs, house.now);
  CHECK_FALSE(waits.go);
  CHECK(waits.words == "node01 (02:00:00:00:00:01) waits for approval: rootstock nodes approve node01");
  node.record.standing = Standing::member;
  node.record.doubt = "another board says it is this one";
  CHECK(house.doorkeeper.ask(node, Gate::initramfs, house.now).words.find(node.record.doubt) !=
        std::string::npos);
  node.record.doubt.clear();
  CHECK(house.doorkeeper.ask(node, Gate::initramfs, house.now).go);
}

TEST_CASE("firmware waits where it can, and nowhere else") {
  House house;
  house.is_full();
  CHECK_FALSE(house.discovers(1, Dialect::pi4));
  CHECK_FALSE(house.discovers(2, Dialect::pi5));
  CHECK(house.discovers(3, Dialect::pi3));
  CHECK(house.discovers(4, Dialect::uboot_arm64));
  CHECK(house.discovers(5, Dialect::uefi_x64));
  CHECK(house.discovers(5, Dialect::ipxe));
  // All began together, and who is in its boot loader is further than who waits for its address.
  const auto at_script = house.doorkeeper.ask(house.node(5, Dialect::ipxe), Gate::script, house.now);
  CHECK_FALSE(at_script.go);
  CHECK(at_script.again >= 1s);
  CHECK(at_script.words.find("place 1 of 3") != std::string::npos);
  CHECK(house.doorkeeper.place_of(house.node(2, Dialect::pi5))->position == 3);
  CHECK_FALSE(house.doorkeeper.holds(house.node(3, Dialect::pi3)));
}

TEST_CASE("a board that waits for DHCP is called when its turn comes, and goes on then") {
  House house;
  house.is_full();
  CHECK_FALSE(house.discovers(1, Dialect::pi4));
  house.doorkeeper.advance(house.now += 1s);
  CHECK(house.turns.empty());
  for (std::uint8_t number = 200; number < 203; ++number) house.loads_all(house.node(number, Dialect::pi3));
  house.doorkeeper.advance(house.now += 1s);
  REQUIRE(house.turns.size() == 1);
  CHECK(house.turns[0] == house.node(1, Dialect::pi4).record.mac);
  CHECK(house.discovers(1, Dialect::pi4));
}

TEST_CASE("without admission nobody waits, and what loads is shown all the same") {
  House house{false};
  house.is_full();
  for (std::uint8_t number = 1; number < 100; ++number) CHECK(house.discovers(number, Dialect::pi4));
  CHECK(house.doorkeeper.admission().places_taken() == 105);
}

TEST_CASE("nor does anybody when more come at once than admission lets in within a second") {
  constexpr int boards = 1200;
  Registry registry{NodeSettings{}, boards, {}};
  Doorkeeper off{registry, false, Bandwidth::of(0, 100 * million)};
  int went_on = 0;
  for (std::uint32_t number = 0; number < boards; ++number) {
    dhcp::Board board;
    board.mac.bytes = {2, 0, 0, 0, static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
    board.dialect = Dialect::pi4;
    Node& node = *registry.join(board, {}, std::string(32, 'a'), Time{});
    went_on += off.ask_at_dhcp(node, board, Moment{24h}).go;
  }
  CHECK(went_on == boards);
  CHECK(off.admission().queue().empty());
}

TEST_CASE("whoever asks from a node that is up takes no place") {
  House house;
  Node& up = house.node(1, Dialect::ipxe);
  up.boot.on_up({}, house.now);
  CHECK(house.doorkeeper.ask(up, Gate::initramfs, house.now).go);
  CHECK(house.doorkeeper.admission().places_taken() == 0);
  house.is_full();
  CHECK(house.doorkeeper.ask(up, Gate::initramfs, house.now).go);
}

TEST_CASE("boards that cannot wait have no place for ever if they only ask for an address") {
  House house;
  house.is_full();
  CHECK_FALSE(house.discovers(1, Dialect::pi4));
  bool went_on = false;
  int seconds = 0;
  for (; seconds < 700 && !went_on; seconds += 5) {
    house.now += 5s;
    house.doorkeeper.measure(5, 55 * million, house.now);  // jobs fill the wire
    for (std::uint8_t number = 200; number < 206; ++number) house.discovers(number, Dialect::pi3);
    went_on = house.discovers(1, Dialect::pi4);
  }
  CHECK(went_on);
  CHECK(seconds <= 60);
}
