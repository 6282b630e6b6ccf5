#include "rootfs/boot_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rootstock::rootfs {
namespace {

constexpr std::string_view pi_trees = "dtbs/broadcom/bcm2", tree_of_pi5 = "dtbs/broadcom/bcm2712-rpi-5-b.dtb";

bool any_starts_with(const BootFiles& boot, std::string_view beginning) {
  return std::any_of(boot.files.begin(), boot.files.end(),
                     [&](const BootFile& file) { return file.name.starts_with(beginning); });
}

bool has_all(const BootFiles& boot, std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(), [&](std::string_view name) { return boot.has(name); });
}

/// Facts section 3, the table: the device tree has one name in the kernels of Raspberry Pi OS and another one
/// upstream.
bool boots_pi3(const BootFiles& boot) {
  return has_all(boot, {"firmware/bootcode.bin", "firmware/start.elf", "firmware/fixup.dat"}) &&
         (boot.has("dtbs/broadcom/bcm2710-rpi-3-b.dtb") || boot.has("dtbs/broadcom/bcm2837-rpi-3-b.dtb"));
}

bool boots_pi4(const BootFiles& boot) {
  return has_all(boot, {"firmware/start4.elf", "firmware/fixup4.dat", "dtbs/broadcom/bcm2711-rpi-4-b.dtb"});
}

/// Its firmware is on the board. Its Ethernet hangs on the chip RP1: a kernel without drivers for that and
/// for the MAC in it (Debian's 6.12, facts section 3) starts, and then sits there without a network. The
/// driver's name is rp1 in Raspberry Pi OS, rp1-pci upstream.
bool boots_pi5(const BootFiles& boot) {
  return boot.has(tree_of_pi5) && boot.has_driver("macb") &&
         (boot.has_driver("rp1") || boot.has_driver("rp1_pci"));
}

/// The block number of TFTP has 16 bits, and Pi firmware before 2025-09-23 does not begin anew behind the
/// last one (facts 2.1, eeprom#720).
constexpr std::uint64_t most_blocks = 65535;

/// The ROM and bootcode.bin of a Pi 3 ask for no block size and get 512 bytes (facts 1.2, 2.4); the EEPROMs
/// of 2019 to 2022 ask for 1024, later ones for 1468 (facts 2.1).
std::uint64_t block_size(std::string_view name) {
  constexpr std::array of_pi3 = {"firmware/bootcode.bin", "firmware/start.elf", "firmware/fixup.dat"};
  return std::find(of_pi3.begin(), of_pi3.end(), name) != of_pi3.end() ? 512 : 1024;
}

bool pis_fetch(std::string_view name) {
  return name == "kernel" || name == "initramfs" || name.starts_with("firmware/") ||
         name.starts_with("overlays/") || name.starts_with(pi_trees);
}

/// Where U-Boot puts the kernel and, above it, the next thing that the kernel must not reach (facts section
/// 4).
struct Memory {
  std::string_view board, tree;
  std::uint64_t kernel_at, next_at;
  std::string_view next;
};
constexpr std::array memories = {
    Memory{"a Rock Pi 4", "dtbs/rockchip/rk3399-rock-pi-4", 0x02080000, 0x06000000, "initramfs"},
    Memory{"a Raspberry Pi with U-Boot", pi_trees, 0x00080000, 0x02400000, "boot script"},
};

double mebibytes(std::uint64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

}  // namespace

bool is_pi_firmware(std::string_view name) {
  return name == "bootcode.bin" || (name.starts_with("start") && name.ends_with(".elf")) ||
         (name.starts_with("fixup") && name.ends_with(".dat"));
}

bool BootFiles::has(std::string_view name) const {
  return std::any_of(files.begin(), files.end(), [&](const BootFile& file) { return file.name == name; });
}

std::vector<std::string> boards_of(const BootFiles& boot) {
  std::vector<std::string> found;
  const auto add = [&found](bool boots, std::string_view board) {
    if (boots) found.emplace_back(board);
  };
  if (boot.architecture == "amd64") {  // their boot loader, iPXE, comes with the head
    add(true, boards::bios);
    add(true, boards::uefi);
  } else if (boot.architecture == "arm64") {
    add(boot.plain_kernel && boots_pi3(boot), boards::pi3);
    add(boot.plain_kernel && boots_pi4(boot), boards::pi4);
    add(boot.plain_kernel && boots_pi5(boot), boards::pi5);
    add(boot.plain_kernel && any_starts_with(boot, "dtbs/"), boards::u_boot);
    add(boot.has("grubaa64.efi"), boards::uefi);
    add(boot.has("grubaa64-http.efi"), boards::uefi_http);
  }
  return found;
}

std::vector<Failure> too_big(const BootFiles& boot) {
  std::vector<Failure> found;
  if (!any_starts_with(boot, "firmware/") && !any_starts_with(boot, pi_trees)) return found;
  for (const auto& [name, bytes] : boot.files) {
    const auto limit = most_blocks * block_size(name);
    if (!pis_fetch(name) || bytes <= limit) continue;
    found.push_back(
        {fmt::format("{} has {} bytes; a Raspberry Pi fetches at most {}", name, bytes, limit),
         fmt::format(
             "its firmware counts {} blocks of {} bytes and no more, unless it is of 2025-09-23 or later: "
             "choose a smaller kernel, or leave raspi-firmware and the Pi's device trees out",
             most_blocks, block_size(name))});
  }
  return found;
}

std::vector<std::string> doubts_about(const BootFiles& boot) {
  std::vector<std::string> found;
  if (boot.architecture != "arm64") return found;
  // Whoever wants UEFI may have a board that is set to HTTP.
  if (boot.has("grubaa64.efi") && !boot.has("grubaa64-http.efi"))
    found.push_back("a board with UEFI boots it by PXE, but not by HTTP: " +
                    (boot.no_http_grub.empty() ? "it has no grubaa64-http.efi" : boot.no_http_grub));
  if (!boot.plain_kernel) return found;
  // Said in images that are meant for Pis: whoever has one of these expects the other.
  if ((boots_pi3(boot) || boots_pi4(boot)) && boot.has(tree_of_pi5) && !boots_pi5(boot))
    found.emplace_back(
        "a Raspberry Pi 5 cannot boot it: the kernel has its device tree, but no driver for its Ethernet "
        "(rp1); the "
        "kernels of Raspberry Pi OS have one");
  std::uint64_t kernel = boot.kernel_memory;
  for (const auto& [name, bytes] : boot.files)
    if (name == "kernel") kernel = std::max(kernel, bytes);
  for (const auto& memory : memories) {
    const auto room = memory.next_at - memory.kernel_at;
    if (kernel <= room || !any_starts_with(boot, memory.tree)) continue;
    found.push_back(fmt::format(
        "the kernel takes {:.1f} MiB of memory and may not start on {}: U-Boot's {} lies {:.1f} MiB "
        "behind the kernel's start",
        mebibytes(kernel), memory.board, memory.next, mebibytes(room)));
  }
  return found;
}

}  // namespace rootstock::rootfs
