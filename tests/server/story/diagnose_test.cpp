// Healthy boots of every dialect have no fault, and each fault has a word.
#include "tests/server/story/diagnose_bench.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("a healthy boot has no fault, in whatever dialect and wherever it is") {
  Bench bench;
  SECTION("a Pi 4, with all the files that it asks for in vain") {
    bench.pi4_boots_up_to_initramfs();
    CHECK(bench.fault() == Fault::under_way);
    bench.now += 30s;  // its kernel starts
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("a Pi 3: never sends a REQUEST, asks twice") {
    for (int round = 0; round < 2; ++round) {
      bench.gets_address(Dialect::pi3);
      bench.now += 2s;
      CHECK(bench.fault() == Fault::under_way);
      bench.fetches({BootPart::firmware, "", 0, "boot/firmware/bootcode.bin"}, 52'000);
    }
    bench.fetches(start_elf);
    bench.fetches(kernel);
    bench.fetches(initramfs);
  }
  SECTION("a Pi 5: has its firmware in itself") {
    bench.gets_address(Dialect::pi5);
    bench.misses(start4);
    bench.misses({BootPart::extra, "", 0, "kernel_2712.img"});
    bench.fetches(config, 300);
    bench.fetches(kernel);
    bench.fetches(initramfs);
  }
  SECTION("x86: ROM, then iPXE, then HTTP") {
    bench.gets_address(Dialect::pxe_bios);
    bench.fetches(ipxe, 70'000);
    bench.gets_address(Dialect::ipxe);
    bench.promised();
    bench.fetches(script, 500, {0.01});
    bench.fetches(kernel, 9'000'000, {0.2});
    bench.fetches(initramfs, 9'000'000, {0.2});
  }
  SECTION("U-Boot") {
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 1);
    bench.says(Dialect::uboot_arm64, "REQUEST", "ACK", 1);
    bench.fetches(script, 500);
    bench.fetches(kernel);
    bench.fetches(initramfs);
    bench.fetches(tree);
  }
  CHECK(bench.fault() == Fault::under_way);
  bench.goes_on_to_up();
  CHECK(bench.fault() == Fault::none);
  CHECK(bench.tells("Is up with"));
  bench.now += 24h;
  CHECK(bench.fault() == Fault::none);
}

TEST_CASE("of a boot that went well it is told how long it took, and what took longest") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.promised();
  bench.now += 3s;
  bench.fetches(start4);
  bench.now += 4s;
  bench.fetches(initramfs);
  bench.now += 2s;
  bench.fetches(kernel);
  bench.goes_on_to_up();
  CHECK(bench.comes_to().words ==
        "Is up with compute/3, 44 s after it asked first, 20 s of that to mount its root and start its "
        "system.");
}

TEST_CASE("every fault has a word of its own") {
  std::vector<std::string_view> words;
  for (int fault = 0; fault <= static_cast<int>(Fault::trouble); ++fault) {
    const auto word = name_of(static_cast<Fault>(fault));
    CHECK(std::ranges::find(words, word) == words.end());
    words.push_back(word);
  }
}
