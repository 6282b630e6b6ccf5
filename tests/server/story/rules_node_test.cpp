// What is known of the node itself: shut down, waiting, and up but not well.
#include "tests/server/story/diagnose_bench.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("who was shut down in order has no fault") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.boot.on_down("poweroff", bench.now);
  bench.now += 3h;
  CHECK(bench.fault() == Fault::none);
}

TEST_CASE("of a seat that nobody sits on it is told who takes it") {
  Bench bench;
  bench.node.mac = {};
  CHECK(bench.fault() == Fault::none);
  CHECK(bench.tells("the next new board takes this seat"));
  bench.node.serial = "1a2b3c4d";
  CHECK(bench.tells("the board with the serial number 1a2b3c4d takes this seat"));
  bench.node.awaited = true;
  CHECK(bench.tells("the next new board takes this seat"));
}

TEST_CASE("up, and not well") {
  Bench bench;
  bench.around.slurm = bench.around.slurm_answers = true;
  bench.around.slurm_state = "idle";
  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.now += 3min;
  bench.around.pulse = Heartbeat{.last = bench.now, .interval = 15s, .slurmd = "active"};
  CHECK(bench.fault() == Fault::none);
  SECTION("Slurm does not know it") {
    bench.around.slurm_state.reset();
    bench.around.pulse->slurmd = "failed";
    CHECK(bench.fault() == Fault::slurm_silent);
    CHECK(bench.tells("its slurmd is failed"));
  }
  SECTION("Slurm lost it") {
    bench.around.slurm_state = "idle*";
    CHECK(bench.fault() == Fault::slurm_silent);
  }
  SECTION("Slurm itself is silent") {
    bench.around.slurm_answers = false;
    CHECK(bench.fault() == Fault::slurm_silent);
    CHECK(bench.tells("slurmctld"));
  }
  SECTION("its clock is off") {
    bench.around.pulse->clock_off = -312;
    CHECK(bench.fault() == Fault::wrong_clock);
    CHECK(bench.tells("5 min behind the head's"));
  }
  SECTION("memory ran out") {
    bench.around.pulse->oom = 2;
    CHECK(bench.fault() == Fault::out_of_memory);
    CHECK(bench.tells("2 times"));
  }
  SECTION("its heartbeats end") {
    bench.now += 50s;
    CHECK(bench.fault() == Fault::lost);
    CHECK(bench.tells("its last heartbeat came 50 s ago"));
  }
  SECTION("none of this is said of a boot that is over") {
    bench.around.over = true;
    bench.around.slurm_state.reset();
    bench.now += 10min;
    CHECK(bench.fault() == Fault::none);
  }
}

TEST_CASE("what is known of the node itself comes first") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  SECTION("held in the queue") {
    bench.boot.on_overlay_refused("later", bench.now);
    bench.boot.on_held("third of nine, about 40 s", bench.now);
    CHECK(bench.fault() == Fault::queued);
    CHECK(bench.tells("third of nine"));
    bench.boot.on_admitted(bench.now);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("waiting") {
    bench.node.standing = Standing::waiting;
    CHECK(bench.fault() == Fault::waiting_for_approval);
    CHECK(bench.tells("rootstock nodes approve node07"));
    CHECK(bench.tells("The board dc:a6:32:00:00:07 waits"));
    bench.node.dialect = "Raspberry Pi 4";
    bench.node.serial = "1a2b3c4d";
    CHECK(bench.tells("The board dc:a6:32:00:00:07, Raspberry Pi 4, serial 1a2b3c4d waits"));
  }
  SECTION("denied") {
    bench.node.standing = Standing::denied;
    CHECK(bench.fault() == Fault::denied);
  }
  SECTION("in doubt") {
    bench.node.standing = Standing::waiting;
    bench.node.doubt = "Two boards say that they are dc:a6:32:00:00:07.";
    CHECK(bench.fault() == Fault::identity_in_doubt);
  }
  SECTION("nobody there") {
    Bench empty;
    empty.node.mac = {};
    CHECK(empty.fault() == Fault::none);
  }
}
