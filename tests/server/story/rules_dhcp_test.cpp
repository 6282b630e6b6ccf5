// Silence, offers that nobody takes, rivals, and switches that hold a port back.
#include "tests/server/story/diagnose_bench.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace rootstock::server::testing;

TEST_CASE("never heard, or not heard again") {
  Bench bench;
  CHECK(bench.fault() == Fault::no_dhcp);
  CHECK(bench.tells("dc:a6:32:00:00:07, has never asked"));
  CHECK_FALSE(bench.tells("spanning tree"));
  bench.around.spanning_tree = true;
  CHECK(bench.tells("spanning tree"));

  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.boot.on_down("reboot", bench.now);
  bench.now += 1min;
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 2min;
  CHECK(bench.fault() == Fault::no_dhcp);
  CHECK(bench.tells("Said 3 min ago that it reboots"));
}

TEST_CASE("offers that nobody takes") {
  Bench bench;
  for (int round = 0; round < 3; ++round, bench.now += 8s) {
    CHECK(bench.fault() != Fault::not_accepted);
    bench.says(Dialect::pi4, "DISCOVER", "OFFER");
  }
  CHECK(bench.fault() == Fault::not_accepted);
  CHECK(bench.tells("asked 3 times"));
  SECTION("another server that others chose is the likely one") {
    bench.around.rival = "10.77.0.66"_ip;
    bench.around.rival_mac = "02:00:00:00:00:66";
    CHECK(bench.fault() == Fault::rival_dhcp);
    CHECK(bench.tells("10.77.0.66 (MAC 02:00:00:00:00:66)"));
  }
  SECTION("it takes one after all") {
    bench.says(Dialect::pi4, "REQUEST", "ACK");
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("a file says that it took one, although it never sent a REQUEST") {
    bench.fetches(config, 300);
    CHECK(bench.fault() == Fault::under_way);
  }
}

TEST_CASE("a Pi 3 that hears no OFFER is told how to help its ROM") {
  Bench bench;
  for (int round = 0; round < 5; ++round, bench.now += 5s) bench.says(Dialect::pi3, "DISCOVER", "OFFER");
  CHECK(bench.fault() == Fault::not_accepted);
  CHECK(bench.tells("bootcode.bin"));
}

TEST_CASE("a REQUEST that names another server names the rival") {
  Bench bench;
  bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER");
  bench.says(Dialect::uboot_arm64, "REQUEST", "", 0, "10.77.0.66"_ip);
  CHECK(bench.fault() == Fault::rival_dhcp);
  CHECK(bench.tells("It chose another DHCP server on this wire, 10.77.0.66"));
  CHECK(bench.tells("mode = \"proxy\""));
}

TEST_CASE("a rival that is faster than the probe of our address is named as well") {
  Bench bench;
  bench.says(Dialect::uboot_arm64, "REQUEST", "", 0, "10.77.0.66"_ip);
  bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER");
  CHECK(bench.fault() == Fault::rival_dhcp);
}

TEST_CASE("spanning tree") {
  Bench bench;
  SECTION("the first call that came through had been calling for half a minute") {
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 27);
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("calling for 27 s"));
    CHECK(bench.tells("portfast"));
  }
  SECTION("unless it called for a head that was not there") {
    bench.around.head_started = bench.now - 5s;
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 27);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("its initramfs waited for an address; and it came up") {
    bench.around.spanning_tree = true;
    bench.pi4_boots_up_to_initramfs();
    bench.now += 40s;
    bench.gets_address(Dialect::plain);
    bench.boot.on_step("address", 40, bench.now, 31);
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("we hear it"));
    bench.goes_on_to_up();
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("It is up, but"));
  }
}
