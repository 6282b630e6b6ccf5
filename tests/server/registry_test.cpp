#include "server/nodes/registry.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

const Time now{std::chrono::hours{24 * 365 * 50}};

dhcp::Board board(Mac mac) {
  dhcp::Board made;
  made.mac = mac;
  made.dialect = dhcp::Dialect::pxe_bios;
  return made;
}

NodeRecord row(std::string name, int number, Mac mac, Ipv4 address) {
  NodeRecord record;
  record.name = std::move(name);
  record.number = number;
  record.mac = mac;
  record.address = address;
  return record;
}

}  // namespace

TEST_CASE("boards take the next free name and keep it") {
  Registry registry({}, 1024, {row("node02", 2, "02:00:00:00:00:02"_mac, "10.77.0.2"_ip)});
  Node* first = registry.join(board("02:00:00:00:00:01"_mac), "10.77.0.1"_ip, "aa", now);
  Node* second = registry.join(board("02:00:00:00:00:03"_mac), "10.77.0.3"_ip, "bb", now);
  REQUIRE(first != nullptr);
  REQUIRE(second != nullptr);
  CHECK(first->record.name == "node01");
  CHECK(second->record.name == "node03");
  CHECK(second->record.machine_id == "bb");
  CHECK(second->record.joined == now);
  CHECK(registry.by_mac("02:00:00:00:00:03"_mac) == second);
  CHECK(registry.by_address("10.77.0.3"_ip) == second);
  CHECK(registry.by_name("node03") == second);
  CHECK(registry.by_name("node04") == nullptr);
}

TEST_CASE("names stay unique when the prefix changed") {
  NodeSettings names;
  names.prefix = "node0";
  names.digits = 1;
  Registry registry(names, 1024, {row("node01", 7, "02:00:00:00:00:02"_mac, "10.77.0.2"_ip)});
  const Node* joined = registry.join(board("02:00:00:00:00:01"_mac), "10.77.0.1"_ip, "aa", now);
  REQUIRE(joined != nullptr);
  CHECK(joined->record.name == "node02");
  CHECK(joined->record.number == 8);  // the seat itself
}

TEST_CASE("an address is its member's after a restart, whoever had it while waiting") {
  auto waited = row("node02", 2, "02:00:00:00:00:02"_mac, "10.77.0.1"_ip);
  waited.standing = GENERATE(Standing::waiting, Standing::denied);
  auto member = row("node01", 1, "02:00:00:00:00:01"_mac, "10.77.0.1"_ip);
  if (GENERATE(true, false)) std::swap(member.number, waited.number);
  Registry registry({}, 9, {member, waited});
  REQUIRE(registry.by_address("10.77.0.1"_ip) != nullptr);
  CHECK(registry.by_address("10.77.0.1"_ip)->record.name == "node01");
}

TEST_CASE("the number of a seat that was forgotten is never given again") {
  Registry registry({}, 9, {}, {}, 3);
  Node* fourth = registry.join(board("02:00:00:00:00:01"_mac), "10.77.0.1"_ip, "aa", now);
  CHECK(fourth->record.number == 4);
  CHECK(fourth->record.name == "node01");
  registry.forget(*fourth);
  CHECK(registry.by_mac("02:00:00:00:00:01"_mac) == nullptr);
  CHECK(registry.by_address("10.77.0.1"_ip) == nullptr);
  CHECK(registry.join(board("02:00:00:00:00:01"_mac), {}, "aa", now)->record.number == 5);
}

TEST_CASE("numbers grow past their digits") {
  NodeSettings names;
  names.digits = 1;
  Registry registry(names, 20, {});
  std::string last;
  for (std::uint8_t i = 1; i <= 11; ++i)
    last = registry.join(board(Mac{{2, 0, 0, 0, 0, i}}), Ipv4{i}, "aa", now)->record.name;
  CHECK(last == "node11");
}

TEST_CASE("when every seat is taken, nobody joins") {
  Registry registry({}, 1, {row("node01", 1, "02:00:00:00:00:02"_mac, "10.77.0.2"_ip)});
  CHECK(registry.join(board("02:00:00:00:00:01"_mac), "10.77.0.1"_ip, "aa", now) == nullptr);
  CHECK(registry.nodes().size() == 1);
}

TEST_CASE("a node that moves leaves its old address to others") {
  Registry registry({}, 9,
                    {row("node01", 1, "02:00:00:00:00:01"_mac, "10.77.0.2"_ip),
                     row("node02", 2, "02:00:00:00:00:02"_mac, "10.77.0.3"_ip)});
  Node& first = *registry.by_name("node01");
  Node& second = *registry.by_name("node02");
  registry.move(second, "10.77.0.2"_ip);  // takes over before node01 has moved
  registry.move(first, "10.77.0.9"_ip);
  CHECK(registry.by_address("10.77.0.2"_ip) == &second);
  CHECK(registry.by_address("10.77.0.3"_ip) == nullptr);
  CHECK(registry.by_address("10.77.0.9"_ip) == &first);
  registry.move(second, "10.77.0.9"_ip);
  registry.move(first, "10.77.0.9"_ip);  // where its record says that it is, and somebody else was meanwhile
  CHECK(registry.by_address("10.77.0.9"_ip) == &first);
}

TEST_CASE("what a board says of itself is kept up to date") {
  Registry registry({}, 9, {});
  auto pi = board("dc:a6:32:00:00:01"_mac);
  pi.dialect = dhcp::Dialect::pi;
  Node& node = *registry.join(pi, "10.77.0.2"_ip, "aa", now);
  CHECK(node.record.architecture == "arm64");
  CHECK(node.record.serial.empty());
  pi.dialect = dhcp::Dialect::pi4;
  pi.serial = 0xabcd;
  CHECK(registry.learn(node, pi));
  CHECK(node.record.serial == "0000abcd");
  CHECK(node.record.dialect == "Raspberry Pi 4");
  CHECK_FALSE(registry.learn(node, pi));
  auto its_system = pi;
  its_system.dialect = dhcp::Dialect::plain;
  its_system.serial = 0x1;
  CHECK_FALSE(registry.learn(node, its_system));  // anybody's word
  auto other_firmware = board(pi.mac);
  other_firmware.dialect = dhcp::Dialect::uefi_x64;
  CHECK(registry.learn(node, other_firmware));
  CHECK(node.record.architecture == "amd64");
}

TEST_CASE("a board is of the firmware that asked last, not of the loader behind it") {
  Registry registry({}, 9, {});
  auto asks = board("dc:a6:32:00:00:01"_mac);
  asks.dialect = dhcp::Dialect::pi4;
  Node& node = *registry.join(asks, "10.77.0.2"_ip, "aa", now);
  const auto then = [&](dhcp::Dialect dialect) {
    asks.dialect = dialect;
    registry.learn(node, asks);
    return node.record.dialect;
  };
  // Nothing to load for its EEPROM: it goes on with U-Boot on its card, and that with UEFI's way to boot.
  CHECK(then(dhcp::Dialect::uboot_arm64) == "U-Boot arm64");
  CHECK(then(dhcp::Dialect::uefi_arm64) == "UEFI arm64 PXE");
  CHECK(then(dhcp::Dialect::ipxe) == "UEFI arm64 PXE");
  CHECK(then(dhcp::Dialect::plain) == "UEFI arm64 PXE");
  CHECK(then(dhcp::Dialect::pi3) == "Raspberry Pi 3");
  CHECK(then(dhcp::Dialect::pi) == "Raspberry Pi 3");  // says less, and nothing else
}

TEST_CASE("a node whose address is not known yet") {
  Registry registry({}, 9, {});
  Node& node = *registry.join(board("02:00:00:00:00:01"_mac), {}, "aa", now);
  CHECK(registry.by_address({}) == nullptr);
  registry.move(node, "10.77.0.40"_ip);
  CHECK(registry.by_address("10.77.0.40"_ip) == &node);
  registry.move(node, {});
  CHECK(registry.by_address("10.77.0.40"_ip) == &node);  // it has not said anything new
}
