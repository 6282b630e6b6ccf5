#include "server/host/proc_net.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

// As printed by Linux 6.1 on a little-endian machine; the address is a number in its own order.
constexpr auto tcp =
    R"(  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 18342 1 0000000000000000 100 0 0 10 0
   1: 01004D0A:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000    33        0 20111 1 0000000000000000 100 0 0 10 0
   2: 01004D0A:C350 05004D0A:0801 01 00000000:00000000 00:00000000 00000000     0        0 20500 1 0000000000000000 20 4 30 10 -1
)";
constexpr auto udp =
    R"(   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  581: 00000000:0043 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 17171 2 0000000000000000 0
)";
constexpr auto tcp6 =
    R"(  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0801 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31000 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0277 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31001 1 0000000000000000 100 0 0 10 0
   2: 0000000000000000FFFF00000100007F:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 31002 1 0000000000000000 100 0 0 10 0
)";

}  // namespace

TEST_CASE("listening and connected sockets are told apart") {
  const auto sockets = parse_sockets(tcp);
  REQUIRE(sockets.size() == 3);
  CHECK(sockets[0].address.unset());
  CHECK(sockets[0].port == 22);
  CHECK(sockets[0].listens);
  CHECK(sockets[1].address == "10.77.0.1"_ip);
  CHECK(sockets[1].port == 80);
  CHECK(sockets[1].inode == 20111);
  CHECK_FALSE(sockets[2].listens);
}

TEST_CASE("a UDP socket that waits for anybody listens") {
  const auto sockets = parse_sockets(udp);
  REQUIRE(sockets.size() == 1);
  CHECK(sockets[0].port == 67);
  CHECK(sockets[0].listens);
  CHECK(sockets[0].inode == 17171);
}

TEST_CASE("IPv6: '::' is every address, a mapped address is its IPv4, and any other is no rival") {
  const auto sockets = parse_sockets(tcp6);
  REQUIRE(sockets.size() == 3);
  CHECK(sockets[0].address.unset());
  CHECK_FALSE(sockets[0].ipv6_address);
  CHECK(sockets[0].port == 2049);
  CHECK(sockets[1].ipv6_address);
  CHECK(sockets[2].address == "127.0.0.1"_ip);
  CHECK_FALSE(sockets[2].ipv6_address);
}

TEST_CASE("lines that do not fit are passed over") {
  CHECK(parse_sockets("").empty());
  CHECK(parse_sockets("a b c\n0: 00:16 0 0A 0 0 0 0 0 1\n0: 0000000G:0016 0 0A 0 0 0 0 0 1\n").empty());
  CHECK(parse_sockets("0: 0100007F 0 0A 0 0 0 0 0 1\n0: 0100007F:10016 0 0A 0 0 0 0 0 1\n").empty());
}

TEST_CASE("default routes name the uplink, each interface once") {
  constexpr auto routes =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
      "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
      "eth0\t00000000\t0201A8C0\t0003\t0\t0\t200\t00000000\t0\t0\t0\n"
      "eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0\n"
      "eth1\t00004D0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n";
  CHECK(parse_default_routes(routes) == std::vector<std::string>{"eth0"});
  CHECK(parse_default_routes("").empty());
}

TEST_CASE("the parent of a process is in its status") {
  CHECK(parse_parent("Name:\tPPid: 3\nUmask:\t0022\nPid:\t12\nPPid:\t7\nTracerPid:\t0\n") == 7);
  CHECK(parse_parent("Pid:\t12\n") == 0);
  CHECK(parse_parent("PPid:\tmany\n") == 0);
}

TEST_CASE("the unit that started a process is in its control group") {
  CHECK(parse_unit("0::/system.slice/dnsmasq.service\n") == "dnsmasq.service");
  CHECK(parse_unit("12:pids:/system.slice/ssh.service\n1:name=systemd:/system.slice/ssh.service\n") ==
        "ssh.service");
  CHECK(parse_unit("0::/user.slice/user-0.slice/session-2.scope\n").empty());
  CHECK(parse_unit("0::/system.slice\n").empty());
  CHECK(parse_unit("0::/\n").empty());
}
