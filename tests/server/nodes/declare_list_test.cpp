// A list of nodes is declared whole or not at all: what was looked at beforehand does not fail when it is
// done.
#include <fmt/format.h>

#include <random>

#include "config/declared.hpp"
#include "tests/server/nodes/joining_house.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

namespace {

/// A few boards, names and addresses, so that they meet often.
class Chance {
 public:
  explicit Chance(unsigned seed) : generator_(seed) {}

  int below(int end) { return std::uniform_int_distribution<int>{0, end - 1}(generator_); }
  Mac mac() { return Mac{{2, 0, 0, 0, 0, static_cast<std::uint8_t>(1 + below(4))}}; }
  std::uint32_t serial() { return below(2) == 0 ? 0 : static_cast<std::uint32_t>(1 + below(3)); }
  std::string name() { return fmt::format("node0{}", 1 + below(4)); }
  Ipv4 address() { return Ipv4{"10.0.0.9"_ip.value + static_cast<std::uint32_t>(below(6))}; }

  NodeWords row() {
    NodeWords words{name(), "", "", "", ""};
    if (below(2) == 0) words.mac = mac().text();
    if (below(3) == 0) words.serial = fmt::format("{:08x}", 1 + below(3));
    if (below(2) == 0) words.address = address().text();
    return words;
  }

 private:
  std::mt19937 generator_;
};

void something_happens(House& house, Chance& chance) {
  Node* node = house.registry.by_name(chance.name());
  switch (chance.below(7)) {
    case 0:
    case 1: house.boots(chance.mac(), chance.serial()); break;
    case 2: house.plain(chance.mac()); break;
    case 3: house.passes(chance.below(2) == 0 ? 3min : 24h); break;
    case 4:
      if (node != nullptr) static_cast<void>(house.seats.approve(*node));
      break;
    case 5:
      if (node != nullptr) static_cast<void>(house.seats.replace(*node, chance.mac()));
      break;
    default:
      if (const auto row = read_declared({chance.row()}, house.settings); row.faults.empty())
        static_cast<void>(house.seats.declare(row.nodes.front()));
  }
}

bool may_all(House& house, const DeclaredNodes& rows) {
  return rows.faults.empty() && std::ranges::all_of(rows.nodes, [&](const DeclaredNode& row) {
           return house.seats.may_declare(row).has_value();
         });
}

}  // namespace

TEST_CASE("a list that was looked at does not fail halfway, whatever happened before") {
  int done = 0;
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Chance chance{seed};
    Disk disk;
    House house{settings_with(chance.below(2) == 0 ? JoinMode::open : JoinMode::approve), disk};
    for (int events = chance.below(8); events > 0; --events) something_happens(house, chance);
    std::vector<NodeWords> words;
    for (int rows = 2 + chance.below(2); rows > 0; --rows) words.push_back(chance.row());
    const auto rows = read_declared(words, house.settings);
    if (!may_all(house, rows)) continue;
    ++done;
    INFO("seed " << seed);
    for (const auto& row : rows.nodes) {
      const auto seat = house.seats.declare(row);
      REQUIRE(seat.has_value());
    }
    for (const auto& row : rows.nodes) {
      const auto& record = house.node(row.name).record;
      if (row.mac) CHECK(record.mac == *row.mac);
      if (row.address) CHECK(record.address == *row.address);
      if (!row.serial.empty()) CHECK(record.serial == row.serial);
    }
  }
  CHECK(done > 100);
}
