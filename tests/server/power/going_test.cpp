#include "server/power/going.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock::server;
using namespace std::chrono_literals;
using Step = Going::Step;

namespace {

/// A node that was ordered at second 0, and what is seen of it.
struct Story {
  explicit Story(Order order) : going(order, start, 600s) {}

  static constexpr Signs::Moment start{1000s};
  static Signs::Moment at(std::chrono::seconds time) { return start + time; }
  Step look(std::chrono::seconds time) { return going.look(signs, at(time)); }
  void beats(std::chrono::seconds time) {
    signs.alive = true;
    signs.beat = at(time);
  }

  Signs signs;
  Going going;
};

}  // namespace

TEST_CASE("a node is off when it said so and then nothing is heard of it", "[power]") {
  Story node(Order::poweroff);
  node.beats(-10s);
  CHECK(node.look(1s) == Step::ordered);
  node.beats(5s);
  node.signs.told = Story::at(5s);
  CHECK(node.look(6s) == Step::told);
  node.signs.down = Story::at(20s);
  node.signs.alive = false;
  node.signs.answer = Story::at(22s);  // its kernel still answers, though its services are gone
  CHECK(node.look(23s) == Step::going);
  CHECK(node.look(26s) == Step::going);
  CHECK(node.look(27s) == Step::off);
  CHECK(node.going.took(Story::at(99s)) == 27s);
  CHECK(node.going.words() == "is off");
}

TEST_CASE("who answers on the wire is not off, whatever it said", "[power]") {
  Story node(Order::poweroff);
  node.signs.down = Story::at(20s);
  for (auto time = 20s; time < 600s; time += 4s) {
    node.signs.answer = Story::at(time);
    CHECK(node.look(time + 1s) == Step::going);
  }
  CHECK(node.look(600s) == Step::late);
  CHECK(node.going.words() == "said that it goes down, but still answers on the wire");
}

TEST_CASE("a node that goes without a word must be silent for longer", "[power]") {
  Story node(Order::poweroff);
  node.beats(1s);
  node.signs.told = Story::at(1s);
  CHECK(node.look(40s) == Step::told);
  node.signs.alive = false;
  CHECK(node.look(45s) == Step::going);
  CHECK(node.look(46s) == Step::off);
}

TEST_CASE("a node that was off already is found to be so", "[power]") {
  Story node(Order::poweroff);
  CHECK(node.look(11s) == Step::ordered);
  CHECK(node.look(12s) == Step::off);
  CHECK(node.going.words() == "is off: nothing is heard of it");
}

TEST_CASE("a node whose agent is dead, but whose kernel answers, takes no order", "[power]") {
  Story node(Order::poweroff);
  for (auto time = 0s; time < 600s; time += 5s) {
    node.signs.answer = Story::at(time);
    CHECK(node.look(time) == Step::ordered);
  }
  CHECK(node.look(600s) == Step::late);
  CHECK(node.going.words() == "took no order: no heartbeat came, but it answers on the wire");
}

TEST_CASE("a node that has the order and goes on is named at the end of its time", "[power]") {
  Story node(Order::reboot);
  node.signs.told = Story::at(2s);
  for (auto time = 2s; time < 600s; time += 15s) {
    node.beats(time);
    CHECK(node.look(time) == Step::told);
  }
  CHECK(node.look(600s) == Step::late);
  CHECK(node.going.words() == "has the order, but did not go down in time");
}

TEST_CASE("a boot after the order is what a reboot wants, and a poweroff does not", "[power]") {
  const auto order = GENERATE(Order::reboot, Order::poweroff);
  Story node(order);
  node.signs.booting = Story::at(-300s);  // the boot before
  node.signs.down = Story::at(9s);
  CHECK(node.look(10s) == Step::going);
  node.signs.booting = Story::at(12s);
  CHECK(node.look(12s) == Step::back);
  CHECK(node.going.words() == (order == Order::reboot ? "boots" : "boots again instead of staying off"));
}

TEST_CASE("what was told of an earlier order is not told of this one", "[power]") {
  Story node(Order::poweroff);
  node.beats(1s);
  node.signs.told = Story::at(-50s);
  CHECK(node.look(2s) == Step::ordered);
}

TEST_CASE("how it ended stays so", "[power]") {
  Story node(Order::poweroff);
  CHECK(node.look(12s) == Step::off);
  node.beats(20s);
  CHECK(node.look(21s) == Step::off);
  CHECK(node.going.took(Story::at(50s)) == 12s);
}

TEST_CASE("orders have the names that travel", "[power]") {
  for (const auto order : {Order::reboot, Order::poweroff}) CHECK(order_named(name_of(order)) == order);
  CHECK_FALSE(order_named("none"));
}
