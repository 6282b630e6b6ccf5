// What an arm64 board's chip needs before its network card can come up, as a table.

#include <algorithm>
#include <array>
#include <set>
#include <sstream>
#include <string>

#include "rootfs/module_closure.hpp"

namespace rootstock::rootfs {
namespace {

/// On an x86 machine the firmware has switched everything on; on a board the kernel does it, and a card waits
/// for all that feeds it (deferred probing) without a word. Only what a device tree can name is taken, and
/// the parts of a power chip. Debian 12's kernel: 170 modules, 1.6 MB of the initramfs.
struct Supply {
  std::string_view folder, what;
};

constexpr std::array supplies = {
    Supply{"clk/", "clocks of every block of the chip; RP1's on a Pi 5"},
    Supply{"reset/", "reset lines; a Pi 4's USB controller is reset through the firmware"},
    Supply{"regulator/", "voltages of the card's PHY, PCIe slots and USB ports"},
    Supply{"mfd/", "power chips (rk808 of a Rock Pi 4, max77620 of a Jetson Nano) that hold the regulators"},
    Supply{"i2c/busses/", "the way to those power chips"},
    Supply{"spmi/", "the same on other chips"},
    Supply{"pwm/", "regulators that are set by a pulse width"},
    Supply{"pinctrl/", "which pins are the card's; RP1's on a Pi 5"},
    Supply{"gpio/", "reset pins of PHYs, switches of USB power"},
    Supply{"phy/", "the analogue part of PCIe, USB and Ethernet"},
    Supply{"soc/", "power domains and buses"},
    Supply{"pmdomain/", "power domains, since Linux 6.6"},
    Supply{"firmware/", "clocks and power by asking the firmware: Raspberry Pi, Tegra, SCMI"},
    Supply{"mailbox/", "the way to ask it"},
    Supply{"hwspinlock/", "locks shared with it"},
    Supply{"irqchip/", "interrupts"},
    Supply{"bus/", "buses on the chip"},
    Supply{"interconnect/", "bandwidth between its parts"},
    Supply{"nvmem/", "fuses that hold MAC addresses and calibration"},
    Supply{"pci/controller/", "PCIe: Jetson Nano's r8169, Pi 5's RP1"},
    Supply{"misc/rp1/", "Pi 5's RP1, behind which its Ethernet sits"},
    Supply{"usb/host/", "USB: the network card of every Pi 3, and adapters"},
    Supply{"usb/dwc2/", "Pi 3's USB"},
    Supply{"usb/dwc3/", "USB 3 of Rock Pi 4 and many others"},
    Supply{"usb/chipidea/", "USB of i.MX"},
    Supply{"usb/musb/", "USB of Allwinner"},
    Supply{"usb/phy/", "the analogue part of USB, of old"},
    Supply{"usb/common/", "which end of the cable we are"},
};

/// Drivers without a device tree's name that something of the above stands behind: RP1 is found on PCIe.
constexpr std::array by_name = {std::string_view{"rp1_pci"}, std::string_view{"rp1"}};

/// "alias of:N*T*Cbrcm,bcm2711-genet-v5 genet"; "alias platform:rk808-regulator rk808_regulator", which the
/// driver of the whole chip calls for.
std::set<std::string> named_by_device_trees(std::string_view alias) {
  std::set<std::string> names;
  std::istringstream lines{std::string(alias)};
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("alias of:") || line.starts_with("alias platform:"))
      names.insert(module_name(line.substr(line.rfind(' ') + 1)));
  return names;
}

bool is_supply(std::string_view path) {
  constexpr std::string_view drivers = "kernel/drivers/";
  if (!path.starts_with(drivers)) return false;
  path.remove_prefix(drivers.size());
  return std::any_of(supplies.begin(), supplies.end(),
                     [&](const Supply& supply) { return path.starts_with(supply.folder); });
}

}  // namespace

std::vector<std::string> soc_drivers(const ModuleIndex& index, std::string_view alias) {
  const auto named = named_by_device_trees(alias);
  std::vector<std::string> names;
  for (const auto& [name, module] : index.modules)
    if (is_supply(module.path) &&
        (named.contains(name) || std::find(by_name.begin(), by_name.end(), name) != by_name.end()))
      names.push_back(name);
  return names;
}

}  // namespace rootstock::rootfs
