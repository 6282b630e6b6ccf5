#include "server/power/signs.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;
using Step = Going::Step;

namespace {

constexpr Moment start{1000s};

/// A node that boots from second 0 on and has fetched its kernel at second 5.
Node booting() {
  Node node;
  dhcp::Board board;
  board.dialect = dhcp::Dialect::ipxe;
  node.boot.on_dhcp({board, "DISCOVER", "OFFER", "10.77.0.10"_ip, "", ""}, start);
  node.boot.on_fetch({BootPart::kernel, "compute", 3, ""}, start + 4s);
  node.boot.on_fetched({BootPart::kernel, "compute", 3, ""}, 1000, true, start + 5s);
  return node;
}

}  // namespace

TEST_CASE("a node that boots is not off because nothing is heard of it", "[power]") {
  auto node = booting();
  if (GENERATE(true, false)) node.pulse.on_down("reboot", start - 20s);  // an order before this one
  Going going{Order::poweroff, start + 10s, 600s};
  for (auto time = 10s; time < 90s; time += 1s)
    REQUIRE(going.look(signs_of(node, std::nullopt, start + time), start + time) == Step::ordered);
  SECTION("it comes up, takes the order, and goes") {
    node.boot.on_up({"compute/3", "6.1", 40}, start + 90s);
    node.pulse.on_up("b1", start + 90s);
    Beat beat;
    beat.boot = "b1";
    node.pulse.on_beat(beat, start + 91s);
    node.pulse.order_told = start + 91s;
    CHECK(going.look(signs_of(node, std::nullopt, start + 92s), start + 92s) == Step::told);
    node.pulse.on_down("poweroff", start + 100s);
    node.boot.on_down("poweroff", start + 100s);
    node.pulse.order_told = start + 91s;
    CHECK(going.look(signs_of(node, std::nullopt, start + 106s), start + 106s) == Step::off);
  }
  SECTION("it was switched off meanwhile") {
    CHECK(going.look(signs_of(node, std::nullopt, start + 190s), start + 190s) == Step::off);
  }
}

TEST_CASE("a node that has been silent for long is off at once", "[power]") {
  const auto node = booting();
  Going going{Order::poweroff, start + 1h, 600s};
  CHECK(going.look(signs_of(node, std::nullopt, start + 1h), start + 1h) == Step::ordered);
  CHECK(going.look(signs_of(node, std::nullopt, start + 1h + 12s), start + 1h + 12s) == Step::off);
}
