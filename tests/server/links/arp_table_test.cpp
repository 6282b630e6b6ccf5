#include "server/links/arp_table.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;

TEST_CASE("the kernel's neighbour table says who is behind an address", "[arp]") {
  const auto found = server::parse_arp_table(
      "IP address       HW type     Flags       HW address            Mask     Device\n"
      "10.77.0.9        0x1         0x6         b8:27:eb:00:00:09     *        eth1\n"
      "10.77.0.10       0x1         0x2         dc:a6:32:00:00:0a     *        eth1\n"
      "10.77.0.11       0x1         0x0         00:00:00:00:00:00     *        eth1\n"
      "192.0.2.1        0x1         0x2         52:54:00:00:00:01     *        wlan0\n");
  REQUIRE(found.size() == 3);
  CHECK(found[0].address == "10.77.0.9"_ip);
  CHECK(found[0].mac == "b8:27:eb:00:00:09"_mac);
  CHECK(found[0].permanent);
  CHECK(found[0].interface == "eth1");
  CHECK_FALSE(found[1].permanent);
  CHECK(found[2].interface == "wlan0");
}

TEST_CASE("lines of the ARP table that do not fit are passed over", "[arp]") {
  CHECK(server::parse_arp_table("").empty());
  CHECK(server::parse_arp_table(
            "10.77.0.9 0x1 0x2\n10.77.0 0x1 0x2 b8:27:eb:00:00:09 * eth1\n"
            "10.77.0.9 0x1 2 b8:27:eb:00:00:09 * eth1\n10.77.0.9 0x1 0xg b8:27:eb:00:00:09 * eth1\n")
            .empty());
}
