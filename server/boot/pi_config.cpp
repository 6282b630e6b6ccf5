#include "server/boot/pi_config.hpp"

#include <fmt/format.h>

namespace rootstock::server {
namespace {

using dhcp::Dialect;

/// The firmware puts the right UART in the place of "serial0", by the names of its own kernels. Upstream
/// counts otherwise: the mini UART of a Pi 3 or 4 is ttyS1, the debug connector of a Pi 5 ttyAMA10. A console
/// that is not there does no harm.
std::string_view serial_console(Dialect board, bool upstream) {
  if (!upstream) return "console=serial0,115200";
  return board == Dialect::pi5 ? "console=ttyAMA10,115200" : "console=ttyS1,115200";
}

}  // namespace

/// One text for every model. NETBOOT-FACTS section 3; the kernel is named because a Pi 5 would look for
/// kernel_2712.img first, and `initramfs` takes a blank, not "=". The parser stops at the first byte that is
/// not ASCII and cuts lines at 98 characters, which only the comment may reach.
std::string pi_config(std::string_view node, std::string_view label, bool upstream) {
  return fmt::format(
      "# {} boots {}\n"
      "arm_64bit=1\n"
      "kernel=kernel8.img\n"
      "initramfs initramfs8 followkernel\n"
      "enable_uart=1\n"
      "{}",
      node, label, upstream ? "upstream_kernel=1\n" : "");
}

std::string pi_words(Dialect board, bool upstream) {
  return fmt::format("cgroup_enable=memory cgroup_memory=1 {} console=tty1", serial_console(board, upstream));
}

}  // namespace rootstock::server
