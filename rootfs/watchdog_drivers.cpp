// Which watchdogs an initramfs can start, as a table.

#include <array>

#include "rootfs/module_closure.hpp"

namespace rootstock::rootfs {
namespace {

/// What stands in the boards that we know, a few kilobytes each. A machine with another one runs on softdog,
/// which needs the kernel's timers alive, and that is what hangs last when a root is gone.
constexpr std::array watchdogs = {
    "bcm2835_wdt",  // Raspberry Pi; bites after 15 s
    "dw_wdt",       // Rockchip, and many others
    "tegra_wdt",    // Jetson Nano
    "sunxi_wdt",       "meson_gxbb_wdt", "meson_wdt", "imx2_wdt",
    "armada_37xx_wdt", "sbsa_gwdt",      "sp805_wdt",  // arm64 servers
    "iTCO_wdt",        "lpc_ich",                      // PCs with Intel's chips
    "sp5100_tco",                                      // and AMD's
    "wdat_wdt",                                        // whatever ACPI describes
    "i6300esb",                                        // QEMU's
    "softdog",
};

}  // namespace

std::vector<std::string> watchdog_drivers(const ModuleIndex& index) {
  std::vector<std::string> names;
  for (const std::string name : watchdogs)
    if (index.modules.contains(name)) names.push_back(name);
  return names;
}

}  // namespace rootstock::rootfs
