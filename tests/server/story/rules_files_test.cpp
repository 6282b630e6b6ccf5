// Boots that end at a file: gone silent, missing, for another board, or too slow.
#include "tests/server/story/diagnose_bench.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("stops after a file") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.promised();
  bench.fetches(start4);
  bench.now += 30s;
  CHECK(bench.fault() == Fault::under_way);
  SECTION("silent for longer than its firmware waits") {
    bench.now += 20s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells("stopped after the firmware start4.elf"));
    CHECK(bench.tells("power first"));
  }
  SECTION("because the head was restarted under it") {
    bench.around.head_started = bench.now;
    bench.now += 50s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells("The head was restarted while it fetched its files, after the firmware start4.elf"));
    CHECK(bench.tells("take its power away for ten seconds, now that the head runs again"));
    CHECK_FALSE(bench.tells("power first"));
  }
  SECTION("but not while a transfer is under way") {
    bench.boot.on_begun(bench.now);
    bench.now += 2min;
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("in the middle of one") {
    bench.fetches(kernel, 1'200'000, {8, 800, 3}, false);
    bench.now += 50s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells(
        "in the middle of the kernel, after 1.2 MB; the last it fetched whole was the firmware start4.elf"));
  }
  SECTION("and tries again and again: the new boot tells of the one before") {
    for (int round = 0; round < 2; ++round) {
      bench.gets_address(Dialect::pi4);
      CHECK(bench.fault() == Fault::stopped_after_file);
      if (round == 0) bench.fetches(start4);
    }
    CHECK(bench.tells("It tries for the 3. time. The time before: It stopped after the firmware start4.elf"));
    bench.fetches(start4);
    bench.fetches(kernel);
    CHECK(bench.fault() == Fault::under_way);  // further than ever
  }
}

TEST_CASE("no file at all after the address") {
  Bench bench;
  bench.gets_address(Dialect::pxe_bios);
  bench.now += 60s;
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 60s;
  CHECK(bench.fault() == Fault::stopped_after_file);
  CHECK(bench.tells("firewall"));
}

TEST_CASE("the head is restarted while a board loads its first file") {
  Bench bench;
  bench.gets_address(Dialect::pi3);
  bench.now += 2s;
  bench.around.head_started = bench.now;
  bench.now += 40s;
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 10s;
  CHECK(bench.fault() == Fault::stopped_after_file);
  CHECK(bench.tells("The head was restarted while it fetched its files, perhaps its first"));
  CHECK(bench.tells("take its power away"));
  CHECK_FALSE(bench.tells("firewall"));
}

TEST_CASE("a file that is not there, and without which it does not start") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.promised();
  bench.fetches(start4);
  bench.misses(tree);
  CHECK(bench.fault() == Fault::missing_file);
  CHECK(bench.tells("the device tree bcm2711-rpi-4-b.dtb, which compute/3 does not have"));
  CHECK(bench.tells("rootstock image build compute"));
  SECTION("another device tree will do") {
    bench.fetches(other_tree);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("it is there later") {
    bench.fetches(tree);
    CHECK(bench.fault() == Fault::under_way);
  }
}

TEST_CASE("nothing to boot: a file lacks, or the image is for others") {
  const auto [what, fault] = GENERATE(table<std::string, Fault>({
      {"compute/3 cannot boot a Raspberry Pi 4: it has no boot/firmware/start4.elf", Fault::missing_file},
      {"compute/3 cannot boot: its file kernel is missing", Fault::missing_file},
      {"compute has no generation for arm64", Fault::wrong_architecture},
      {"compute/3 cannot boot a Raspberry Pi 5: its kernel 6.1 lacks what this board needs",
       Fault::wrong_architecture},
  }));
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.boot.on_cannot_boot({what, "build it"}, bench.now);
  CHECK(bench.fault() == fault);
  CHECK(bench.tells(what));
  CHECK(bench.comes_to().to_do == "build it");
  bench.promised();  // somebody built it
  CHECK(bench.fault() == Fault::under_way);
}

TEST_CASE("a slow or lossy link") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  SECTION("few blocks again are nothing") {
    bench.fetches(kernel, 9'000'000, {9, 6000, 150});
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("many are") {
    bench.fetches(kernel, 9'000'000, {20, 6000, 900});
    CHECK(bench.fault() == Fault::slow_link);
    CHECK(bench.tells("900 of 6900 blocks"));
    bench.fetches(initramfs);
    bench.goes_on_to_up();
    CHECK(bench.fault() == Fault::slow_link);
    CHECK(bench.tells("It is up, but"));
  }
  SECTION("slow without loss: a port of 10 Mbit") {
    bench.fetches(start4, 2'255'648, {19, 1537, 0});
    CHECK(bench.fault() == Fault::slow_link);
    bench.around.booting = 40;  // or a crowd
    CHECK(bench.fault() == Fault::under_way);
  }
}
