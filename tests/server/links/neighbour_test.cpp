#include "server/links/neighbour.hpp"

#include <sched.h>

#include "rootfs/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;

TEST_CASE("the kernel tells who is behind an address, if it knows", "[link]") {
  if (!tests::is_root()) return;
  CHECK(test::in_child([]() -> std::string {
          if (::unshare(CLONE_NEWNET) != 0) return "no network namespace";
          static_cast<void>(rootfs::run(
              {"sh", "-c",
               "ip link add usb0 type veth peer name far0; ip link set far0 up; ip link set usb0 up; "
               "ip address add 10.77.0.1/24 dev usb0; "
               "ip neighbour add 10.77.0.9 lladdr dc:a6:32:00:00:09 dev usb0 nud reachable; "
               "ip neighbour add 10.77.0.8 dev usb0 nud failed"}));
          const auto known = server::neighbour_at("usb0", "10.77.0.9"_ip);
          if (known != "dc:a6:32:00:00:09"_mac) return "not found";
          for (const auto* address : {"10.77.0.8", "10.77.0.10", "192.0.2.1"})
            if (server::neighbour_at("usb0", *Ipv4::parse(address))) return address;
          if (server::neighbour_at("usb1", "10.77.0.9"_ip)) return "on an interface that is not there";
          return server::neighbour_at("a-name-too-long-for-linux", "10.77.0.9"_ip) ? "a long name" : "well";
        }) == "well");
}
