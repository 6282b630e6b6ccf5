#include "server/proxy/introductions.hpp"

#include <map>

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace std::chrono_literals;
using server::Introductions;

namespace {

constexpr auto interface = "no-such0";

struct NoFiles : tftp::FileSource {
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(Ipv4, std::string_view) override {
    return tl::unexpected{tftp::Refusal::not_found};
  }
};

struct Silent : dhcp::Observer {
  int heard = 0;
  void on_exchange(const dhcp::Exchange&) override { ++heard; }
};

dhcp::Board board(Mac mac, dhcp::Dialect dialect) {
  dhcp::Board board;
  board.mac = mac;
  board.dialect = dialect;
  return board;
}

struct House {
  Mac first = "dc:a6:32:00:00:01"_mac, second = "dc:a6:32:00:00:02"_mac;
  server::Registry registry{NodeSettings{}, 10, {}};
  Silent desk;
  server::PinSender pins{desk, interface, -1};
  NoFiles files;
  std::map<Ipv4, Mac> wire;
  int saved = 0;
  std::chrono::steady_clock::time_point now{1h};
  Introductions introductions{{registry, pins, files, [this](const server::NodeRecord&) { ++saved; }},
                              [this](Ipv4 address) -> std::optional<Mac> {
                                const auto found = wire.find(address);
                                return found == wire.end() ? std::nullopt : std::optional{found->second};
                              },
                              [this] { return now; }};

  server::Node& joins(Mac mac, Ipv4 address) {
    return *registry.join(board(mac, dhcp::Dialect::pi4), address, std::string(32, 'a'), {});
  }
};

}  // namespace

TEST_CASE("a node is where the wire says it is", "[proxy]") {
  House house;
  auto& node = house.joins(house.first, {});
  house.wire["10.77.0.9"_ip] = house.first;
  CHECK(house.registry.by_address("10.77.0.9"_ip) == nullptr);
  CHECK_FALSE(house.introductions.open("10.77.0.9"_ip, "config.txt"));
  CHECK(house.registry.by_address("10.77.0.9"_ip) == &node);
  CHECK(node.record.address == "10.77.0.9"_ip);
  CHECK(house.saved == 1);
  house.introductions.meet("10.77.0.9"_ip);
  CHECK(house.saved == 1);
}

TEST_CASE("an address that another node has now is that one's", "[proxy]") {
  House house;
  house.joins(house.first, "10.77.0.9"_ip);
  auto& second = house.joins(house.second, "10.77.0.10"_ip);
  house.wire["10.77.0.9"_ip] = house.second;
  house.introductions.meet("10.77.0.9"_ip);
  CHECK(house.registry.by_address("10.77.0.9"_ip) == &second);
  CHECK(house.registry.by_address("10.77.0.10"_ip) == nullptr);
  house.wire["10.77.0.9"_ip] = house.first;  // and back
  house.introductions.meet("10.77.0.9"_ip);
  CHECK(house.registry.by_address("10.77.0.9"_ip) == house.registry.by_mac(house.first));
}

TEST_CASE("a stranger at a node's former address is nobody", "[proxy]") {
  House house;
  house.joins(house.first, "10.77.0.9"_ip);
  house.wire["10.77.0.9"_ip] = house.second;
  house.introductions.meet("10.77.0.9"_ip);
  CHECK(house.registry.by_address("10.77.0.9"_ip) == nullptr);
}

TEST_CASE("what the wire does not know changes nothing", "[proxy]") {
  House house;
  auto& node = house.joins(house.first, "10.77.0.9"_ip);
  house.introductions.meet("10.77.0.9"_ip);
  CHECK(house.registry.by_address("10.77.0.9"_ip) == &node);
}

TEST_CASE("only nodes are remembered to answer no ARP", "[proxy]") {
  House house;
  house.joins(house.first, {});
  Mac made_up = "b8:27:eb:00:00:00"_mac;
  for (made_up.bytes[5] = 1; made_up.bytes[5] < 100; ++made_up.bytes[5]) {
    const auto pi3 = board(made_up, dhcp::Dialect::pi3);
    house.introductions.on_exchange({pi3, "DISCOVER", "proxy OFFER", {}, {}, {}});
  }
  CHECK(house.introductions.loading() == 0);
  const auto pi3 = board(house.first, dhcp::Dialect::pi3);
  house.introductions.on_exchange({pi3, "DISCOVER", "proxy OFFER", {}, {}, {}});
  CHECK(house.introductions.loading() == 1);
  const auto its_system = board(house.first, dhcp::Dialect::plain);
  house.introductions.on_exchange({its_system, "DISCOVER", {}, {}, {}, {}});
  CHECK(house.introductions.loading() == 0);
}

TEST_CASE("exchanges reach the front desk", "[proxy]") {
  House house;
  const auto pi3 = board(house.first, dhcp::Dialect::pi3);
  house.introductions.on_exchange({pi3, "DISCOVER", "proxy OFFER", {}, {}, {}});
  CHECK(house.desk.heard == 1);
}
