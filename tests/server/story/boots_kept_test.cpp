// Boots in state.db: queued behind leases and nodes, the last twenty of each seat.
#include "server/state/database.hpp"
#include "tests/server/state_support.hpp"

using namespace rootstock;
using namespace rootstock::test;
using server::BootRow;
using server::Database;

namespace {

BootRow boot(int number, std::chrono::seconds started) {
  BootRow row;
  row.number = number;
  row.mac = mac_of(static_cast<std::uint32_t>(number));
  row.started = Wall::time_point{started};
  row.stage = "kernel";
  row.generation = "compute/7";
  row.bytes = 9'000'000'000;
  row.conclusion = "boots";
  row.story = "{\"it's\": 1}";
  return row;
}

}  // namespace

TEST_CASE("the latest boot of each seat is there after reopening", "[state]") {
  const Folder folder;
  asio::io_context loop;
  {
    auto state = open(folder.file(), loop);
    CHECK(state->boots().empty());
    for (const int number : {1, 2}) state->save(node(number));
    state->save_boot(boot(1, 100s));
    state->save_boot(boot(1, 300s));
    state->save_boot(boot(2, 200s));
    auto later = boot(1, 300s);
    later.stage = "up";
    state->save_boot(later);
    state->save_boot(boot(9, 100s));  // of a seat that is no more
  }
  const auto state = open(folder.file(), loop);
  REQUIRE(state->boots().size() == 2);
  CHECK(state->boots()[0].started == Wall::time_point{300s});
  CHECK(state->boots()[0].stage == "up");
  CHECK(state->boots()[0].bytes == 9'000'000'000);
  CHECK(state->boots()[0].story == "{\"it's\": 1}");
  CHECK(state->boots()[0].mac == mac_of(1));
  const auto of_first = state->boots_of(1);
  REQUIRE(of_first);
  REQUIRE(of_first->size() == 2);
  CHECK(of_first->front().stage == "up");
  CHECK(of_first->back().started == Wall::time_point{100s});
  CHECK(state->boots_of(9)->empty());
}

TEST_CASE("of a seat the last twenty boots are kept", "[state]") {
  const Folder folder;
  asio::io_context loop;
  {
    auto state = open(folder.file(), loop);
    state->save(node(1));
    state->save(node(2));
    for (int at = 1; at <= 50; ++at) state->save_boot(boot(1, std::chrono::seconds(at)));
    state->save_boot(boot(2, 1s));
  }
  const auto state = open(folder.file(), loop);
  const auto kept = state->boots_of(1);
  REQUIRE(kept);
  CHECK(kept->size() == 20);
  CHECK(kept->back().started == Wall::time_point{31s});
  CHECK(state->boots_of(2)->size() == 1);
}

TEST_CASE("a boot after the clock was set back is the latest, and is kept", "[state]") {
  const Folder folder;
  asio::io_context loop;
  {
    auto state = open(folder.file(), loop);
    state->save(node(1));
    for (int at = 1; at <= 20; ++at) state->save_boot(boot(1, std::chrono::seconds(1000 + at)));
  }
  {
    auto state = open(folder.file(), loop);
    state->save_boot(boot(1, 5s));
  }
  const auto state = open(folder.file(), loop);
  REQUIRE(state->boots().size() == 1);
  CHECK(state->boots()[0].started == Wall::time_point{5s});
  const auto kept = state->boots_of(1);
  REQUIRE(kept);
  REQUIRE(kept->size() == 20);
  CHECK(kept->front().started == Wall::time_point{5s});
  CHECK(kept->back().started == Wall::time_point{1002s});
}

TEST_CASE("stories beyond what rides with one commit come after it", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  for (int number = 1; number <= 100; ++number) {
    state->save(node(number));
    state->save_boot(boot(number, 1s));
  }
  REQUIRE(commit(*state, loop, {lease(1)}));
  auto other = Database::open(folder.file());
  REQUIRE(other);
  CHECK(other->nodes()->size() == 100);
  state.reset();  // writes what is queued
  CHECK(other->latest_boots()->size() == 100);
}

TEST_CASE("boots are read while others are written", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  state->save(node(1));
  state->save_boot(boot(1, 1s));
  REQUIRE(commit(*state, loop, {lease(1)}));
  auto writer = Database::open(folder.file());
  REQUIRE(writer);
  CHECK(state->boots_of(1)->size() == 1);
  const auto nowhere = server::State::open(folder.file(), loop);
  CHECK(nowhere);
}
