// Which drivers an initramfs carries for the network, as tables.

#include <algorithm>
#include <array>

#include "rootfs/module_closure.hpp"

namespace rootstock::rootfs {
namespace {

constexpr std::array folders = {
    std::string_view{"kernel/drivers/net/ethernet/"}, std::string_view{"kernel/drivers/net/usb/"},
    std::string_view{"kernel/drivers/net/phy/"},      std::string_view{"kernel/drivers/net/mdio/"},
    std::string_view{"kernel/drivers/net/pcs/"},
};

/// Data-centre cards with drivers of a megabyte and more, and what netboots nowhere. A Pi fetches every byte
/// of the initramfs by lock-step TFTP.
constexpr std::array heavy = {
    "ethernet/8390/",
    "ethernet/brocade/",
    "ethernet/broadcom/bnx2x/",
    "ethernet/broadcom/cnic",
    "ethernet/cavium/",
    "ethernet/chelsio/",
    "ethernet/cisco/",
    "ethernet/dec/",
    "ethernet/emulex/",
    "ethernet/fungible/",
    "ethernet/hisilicon/hns3/",
    "ethernet/huawei/",
    "ethernet/intel/ice/",
    "ethernet/marvell/octeon",
    "ethernet/marvell/prestera/",
    "ethernet/mellanox/",
    "ethernet/netronome/",
    "ethernet/pensando/",
    "ethernet/qlogic/",
    "ethernet/sfc/",
    "ethernet/sun/",
    "net/usb/cdc-phonet",
    "net/usb/hso",
    "net/usb/qmi_wwan",
    "net/usb/sierra_net",
    "net/usb/huawei_cdc",
    "net/usb/ipheth",
    "net/usb/cdc_mbim",
};

/// Paravirtual cards, and the buses between the CPU and a card.
constexpr std::array others = {
    "virtio_pci", "virtio_mmio",   "virtio_net", "vmxnet3",       "hv_netvsc",          "xen_netfront",
    "xhci_pci",   "xhci_plat_hcd", "ehci_pci",   "ehci_platform", "ohci_pci",           "ohci_platform",
    "uhci_hcd",   "dwc2",          "dwc3",       "pcie_brcmstb",  "pcie_rockchip_host", "phy_rockchip_pcie",
};

bool in_folders(std::string_view path) {
  return std::any_of(folders.begin(), folders.end(), [&](auto folder) { return path.starts_with(folder); });
}

bool is_heavy(std::string_view path) {
  return std::any_of(heavy.begin(), heavy.end(),
                     [&](std::string_view part) { return path.find(part) != std::string_view::npos; });
}

}  // namespace

const std::vector<std::string>& required_modules() {
  // af_packet is DHCP's raw socket.
  static const std::vector<std::string> names = {"af_packet", "nfsv4", "loop", "squashfs", "overlay"};
  return names;
}

std::vector<std::string> network_drivers(const ModuleIndex& index) {
  std::vector<std::string> names;
  for (const auto& [name, module] : index.modules)
    if (in_folders(module.path) && !is_heavy(module.path)) names.push_back(name);
  for (const std::string name : others)
    if (index.modules.contains(name)) names.push_back(name);
  return names;
}

}  // namespace rootstock::rootfs
