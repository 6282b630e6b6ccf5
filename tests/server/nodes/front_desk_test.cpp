// What DHCP and TFTP tell of a board, and what becomes of it in the node's record.
#include "server/nodes/front_desk.hpp"

#include "tests/server/nodes/open_door.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using dhcp::Dialect;

namespace {

constexpr Ipv4 seat{0x0a4d000a};  // 10.77.0.10

struct House {
  Registry registry{{}, 9, {}};
  OpenDoor door{registry};
  FrontDesk desk{registry, door.reception, [](const NodeRecord&) {}};

  Node& node() { return registry.nodes().at(1); }

  /// From the DISCOVER to the kernel, so that the next DISCOVER begins another boot.
  void boots(Dialect dialect) {
    dhcp::Board board;
    board.mac = "02:00:00:00:00:01"_mac;
    board.dialect = dialect;
    desk.welcome(board, true);
    desk.seat(board, seat);
    desk.on_exchange({board, "DISCOVER", "OFFER", seat, "", ""});
    desk.on_exchange({board, "REQUEST", "ACK", seat, "", ""});
    desk.on_fetch(node(), {BootPart::kernel, "compute", 1, ""});
  }
};

}  // namespace

TEST_CASE("a stranger of another model, without a serial, does not become the known one by asking") {
  House house;
  house.boots(Dialect::pi4);
  const auto known_at = house.node().suspicion.known_at;
  house.boots(Dialect::pi5);
  const auto words = house.node().record.doubt;
  CHECK(words.find("a Raspberry Pi 5, where node01 is a Raspberry Pi 4") != std::string::npos);
  CHECK(house.node().record.dialect == dhcp::name_of(Dialect::pi4));
  house.boots(Dialect::pi5);
  CHECK(house.node().suspicion.known_at == known_at);
  CHECK(house.node().record.doubt == words);
  house.boots(Dialect::pi4);
  CHECK(house.node().suspicion.known_at > known_at);
}

TEST_CASE("a refused request ends no transfer that is under way") {
  House house;
  house.boots(Dialect::pi4);
  const auto report = [](std::string_view outcome, bool begun, bool missing) {
    tftp::TransferReport said{seat, "config.txt", 0, false, false, outcome};
    said.begun = begun;
    said.missing = missing;
    return said;
  };
  house.desk.on_begun(seat, "kernel8.img");
  REQUIRE(house.node().boot.data().fetching == 1);
  house.desk.on_transfer(report("forbidden", false, false));
  house.desk.on_transfer(report("not found", false, true));
  CHECK(house.node().boot.data().fetching == 1);
  house.desk.on_transfer(report("timed out", true, false));
  CHECK(house.node().boot.data().fetching == 0);
}
