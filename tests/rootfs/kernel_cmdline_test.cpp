#include "rootfs/kernel_cmdline.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using rootfs::kernel_cmdline;

namespace {

rootfs::Generation third_compute() {
  rootfs::Generation generation;
  generation.image = "compute";
  generation.number = 3;
  return generation;
}

}  // namespace

TEST_CASE("the kernel line names the head, the generation and the NIC", "[cmdline]") {
  rootfs::BootLine line;
  line.head = "10.77.0.1"_ip;
  line.mac = "52:54:00:00:00:01"_mac;
  CHECK(kernel_cmdline(third_compute(), line) ==
        "rootstock.head=10.77.0.1 rootstock.boot=compute/3 rootstock.mac=52:54:00:00:00:01 net.ifnames=0 "
        "panic=30");
}

TEST_CASE("ports stand on the kernel line only when they are unusual, extra words at its end", "[cmdline]") {
  rootfs::BootLine line;
  line.head = "10.77.0.1"_ip;
  line.http_port = 8080;
  line.nfs_port = 12049;
  line.extra = "console=ttyS0";
  const auto text = kernel_cmdline(third_compute(), line);
  CHECK(text.find(" rootstock.http=8080 rootstock.nfs=12049 ") != std::string::npos);
  CHECK(text.ends_with(" console=ttyS0"));
}
