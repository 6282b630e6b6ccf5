#include "tests/fleet/system/plan.hpp"

#include <set>

#include "tests/support/catch.hpp"

using namespace rootstock::fleet;
using namespace std::chrono_literals;

TEST_CASE("a plan names every board, and no two are alike") {
  const auto players = plan({.boards = "pi3:2,pi4:3,uefi:1", .misbehaving = "never-ack:1,power-cut:2"});
  REQUIRE(players);
  REQUIRE(players->size() == 9);
  std::set<std::string> names;
  std::set<rootstock::Mac> macs;
  for (const auto& player : *players) {
    names.insert(player.name);
    macs.insert(player.spec.mac);
  }
  CHECK(names.size() == 9);
  CHECK(macs.size() == 9);
  CHECK(players->front().name == "pi3-01");
  CHECK(players->front().spec.persona == Persona::pi3rom);
  CHECK(players->at(5).spec.persona == Persona::uefi_arm64);
}

TEST_CASE("who never acknowledges is not expected to come up; whose power comes back is") {
  const auto players = plan({.boards = "", .misbehaving = "never-ack:1,tight-loop:1,power-cut:1"});
  REQUIRE(players);
  CHECK((players->at(0).spec.never_acks_data && !players->at(0).well_behaved));
  CHECK((players->at(1).spec.tight_loop && !players->at(1).well_behaved));
  CHECK((players->at(2).spec.power_cut && players->at(2).well_behaved));
}

TEST_CASE("a board with a fault has that fault, and nobody expects it to come up") {
  const auto players =
      plan({.boards = "pi4:1", .faults = "slow-link:1,lost:1,stopped-after-file:1,spanning-tree:1"});
  REQUIRE(players);
  REQUIRE(players->size() == 5);
  CHECK((players->at(0).well_behaved && players->at(0).fault == NodeFault::none));
  CHECK((players->at(1).loss > 0 && !players->at(1).well_behaved));
  CHECK(players->at(2).fault == NodeFault::lost);
  CHECK(players->at(3).spec.dies_after == "start4.elf");
  CHECK((players->at(4).port_learns > Tick{0} && players->at(4).spec.persona == Persona::uboot));
}

TEST_CASE("twins have one MAC or one serial, and of the rest nothing in common") {
  const auto players = plan({.faults = "same-mac:2,same-serial:2"});
  REQUIRE(players);
  const auto& all = *players;
  CHECK((all[0].spec.mac == all[1].spec.mac && all[0].spec.serial != all[1].spec.serial));
  CHECK((all[2].spec.mac != all[3].spec.mac && all[2].spec.serial == all[3].spec.serial));
  CHECK(all[0].spec.mac != all[2].spec.mac);
}

TEST_CASE("the same seed plans the same boards") {
  const PlanWords words{.boards = "pi4:4", .misbehaving = "power-cut:2", .seed = 9};
  const auto one = plan(words), two = plan(words);
  REQUIRE((one && two));
  for (std::size_t at = 0; at < one->size(); ++at) {
    CHECK(one->at(at).spec.seed == two->at(at).spec.seed);
    CHECK(one->at(at).spec.power_cut == two->at(at).spec.power_cut);
  }
}

TEST_CASE("faults in the words are told with what there is") {
  CHECK(plan({.boards = "pi6:2"}).error().what == "there is no kind of board `pi6`");
  CHECK(plan({.boards = "pi4:many"}).error().what == "`many` is no number of boards");
  CHECK(plan({.boards = ""}).error().what == "no boards to play");
  CHECK(plan({.boards = "pi4", .misbehaving = "sulk:1"}).error().what == "no board misbehaves like `sulk`");
  const auto unknown = plan({.faults = "gremlins:1"}).error();
  CHECK(unknown.what == "there is no fault `gremlins`");
  CHECK(unknown.hint.find("wrong-clock") != std::string::npos);
}

TEST_CASE("chances, rates, times and sizes as people write them") {
  CHECK(parse_chance("2%") == 0.02);
  CHECK(parse_chance("0.5") == 0.5);
  CHECK(!parse_chance("100%"));
  CHECK(!parse_chance("2 percent"));
  CHECK(parse_rate("1000mbit") == 1'000'000'000U);
  CHECK(!parse_rate("fast"));
  CHECK(parse_time("500ms") == Tick{500ms});
  CHECK(parse_time("2min") == Tick{120s});
  CHECK(parse_size("4MiB") == 4U * 1024 * 1024);
  CHECK(!parse_size("-1"));
  CHECK(!parse_time("inf"));
  CHECK(!parse_chance("nan"));
}
