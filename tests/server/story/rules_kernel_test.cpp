// From the kernel to the root: what is not heard of again, and what the initramfs reports.
#include "tests/server/story/diagnose_bench.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("a kernel that is not heard of again") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.now += 100s;
  CHECK(bench.fault() == Fault::no_overlay_asked);
  CHECK(bench.tells("fetched kernel and initramfs"));
  bench.gets_address(Dialect::plain);
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 100s;
  CHECK(bench.fault() == Fault::no_overlay_asked);
  CHECK(bench.tells("its initramfs got an address"));
}

TEST_CASE("an overlay, and no root") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.gets_address(Dialect::plain);
  bench.boot.on_overlay(900, true, bench.now);
  CHECK(bench.fault() == Fault::under_way);
  SECTION("it says so") {
    bench.boot.on_trouble("mounting 10.77.0.1:/images failed: Connection refused; trying again in 1 s",
                          bench.now);
    CHECK(bench.fault() == Fault::root_not_mounted);
    CHECK(bench.tells("Connection refused"));
    bench.boot.on_step("root", 80, bench.now);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("it is silent") {
    bench.now += 2min;
    CHECK(bench.fault() == Fault::root_not_mounted);
  }
  SECTION("the root is there, its system never is") {
    bench.boot.on_step("root", 11, bench.now);
    bench.now += 6min;
    CHECK(bench.fault() == Fault::trouble);
    CHECK(bench.tells("never said that it is up"));
  }
}

TEST_CASE("what the initramfs reports") {
  const auto [words, fault] = GENERATE(table<std::string, Fault>({
      {"unpacking the overlay failed: tar: write error: No space left on device", Fault::out_of_memory},
      {"opening the root failed: mount: Cannot allocate memory", Fault::out_of_memory},
      {"setting the clock failed: http://10.77.0.1:80/node/time: no answer within 10 s", Fault::wrong_clock},
      {"finding the network card failed: no network card has the address", Fault::trouble},
  }));
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.boot.on_trouble(words, bench.now);
  CHECK(bench.fault() == fault);
  CHECK(bench.tells(words));
}
