#include "dhcp/held.hpp"

#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

const Tick start{};
const auto first = "02:00:00:00:00:01"_mac, second = "02:00:00:00:00:02"_mac;

Message asks(const Mac& mac, std::uint32_t xid) {
  auto message = Lab::discover(mac);
  message.xid = xid;
  return message;
}

}  // namespace

TEST_CASE("the latest question of a board is kept, and given once") {
  Held held;
  held.keep(asks(first, 1), start);
  held.keep(asks(first, 2), start + 4s);
  held.keep(asks(second, 7), start + 5s);
  CHECK(held.count() == 2);
  const auto question = held.take(first, start + 20s);
  REQUIRE(question);
  CHECK(question->message.xid == 2);
  CHECK(question->heard == start + 4s);
  CHECK_FALSE(held.take(first, start + 20s));
}

TEST_CASE("a board that asked too long ago is not listening any more") {
  Held held;
  held.keep(asks(first, 1), start);
  CHECK_FALSE(held.take(first, start + longest_held + 1s));
  CHECK(held.count() == 0);
}

TEST_CASE("made-up boards take no memory without end") {
  Held held{2};
  held.keep(asks(first, 1), start);
  held.keep(asks(second, 2), start + 40s);
  held.keep(asks("02:00:00:00:00:03"_mac, 3), start + 50s);
  CHECK_FALSE(held.take("02:00:00:00:00:03"_mac, start + 50s));
  held.keep(asks(second, 4), start + 55s);                   // who is kept already stays so
  held.keep(asks("02:00:00:00:00:03"_mac, 5), start + 61s);  // the first is not waiting any more
  CHECK(held.count() == 2);
  CHECK(held.take("02:00:00:00:00:03"_mac, start + 61s)->message.xid == 5);
}

TEST_CASE("a Raspberry Pi listens for 45 s from its first question on, whenever it asked last") {
  Held held;
  const auto pi = std::chrono::seconds{45};
  const auto asks_three_times = [&](std::uint32_t xid, Tick at) {
    for (const auto pause : {0s, 8s, 24s}) held.keep(asks(first, xid), at + pause, pi);
  };
  asks_three_times(1, start);
  SECTION("so it hears an answer late in its attempt") { CHECK(held.take(first, start + 44s)); }
  SECTION("but none after it") { CHECK_FALSE(held.take(first, start + 45s)); }
  SECTION("and its next attempt counts anew") {
    asks_three_times(2, start + 46s);
    CHECK(held.take(first, start + 46s + 40s));
  }
}
