#include "server/boot/boot_path.hpp"

#include <initializer_list>

#include "server/boot/extlinux.hpp"

namespace rootstock::server {
namespace {

using dhcp::Dialect;
using Names = std::vector<std::string>;

/// NETBOOT-FACTS 2.2 to 2.4: each model's own firmware and tree, then what is the same for all.
Names of_pi(Dialect board, const Asker& asker) {
  const auto root = (asker.serial.empty() ? "SERIAL" : asker.serial) + "/";
  Names names;
  const auto add = [&](std::initializer_list<const char*> files) {
    for (const auto* file : files) names.push_back(root + file);
  };
  if (board == Dialect::pi3) names.emplace_back("bootcode.bin");
  add({"config.txt"});
  if (board == Dialect::pi3) add({"start.elf", "fixup.dat", "bcm2710-rpi-3-*.dtb"});
  if (board == Dialect::pi4) add({"start4.elf", "fixup4.dat", "bcm2711-rpi-*.dtb"});
  if (board == Dialect::pi5) add({"bcm2712-*.dtb"});
  if (board == Dialect::pi) add({"start*.elf", "fixup*.dat", "*.dtb"});
  add({"overlays/*", "cmdline.txt", "kernel8.img", "initramfs8"});
  return names;
}

Names before_the_kernel(Dialect board, const Asker& asker) {
  switch (board) {
    case Dialect::pxe_bios: return {"undionly.kpxe", "boot.ipxe"};
    case Dialect::uefi_x64:
    case Dialect::http_x64: return {"snponly.efi", "boot.ipxe"};
    case Dialect::uefi_arm64: return {"grubaa64.efi", "grub/grub.cfg", "grub/node.cfg"};
    case Dialect::http_arm64: return {"grubaa64-http.efi", "grub/grub.cfg", "grub/node.cfg"};
    case Dialect::uboot_arm64: return {extlinux_name(asker.mac)};
    default: return {"boot.ipxe"};
  }
}

}  // namespace

std::vector<std::string> boot_path(Dialect board, const Asker& asker, const std::string& label) {
  if (!dhcp::boots(board)) return {};
  if (dhcp::is_raspberry_pi(board)) return of_pi(board, asker);
  auto names = before_the_kernel(board, asker);
  names.push_back(label + "/kernel");
  names.push_back(label + "/initramfs");
  if (board == Dialect::uboot_arm64) names.emplace_back("dtbs/*");
  return names;
}

}  // namespace rootstock::server
