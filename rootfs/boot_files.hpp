#pragma once
// The boot files of a generation, by name and size: which boards can boot with them, and which are too big
// for the firmware that is to fetch them. NETBOOT-FACTS is named "facts" in here.

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// Kinds of boards, as the manifest and `image list` name them.
namespace boards {
inline constexpr std::string_view pi3 = "pi3", pi4 = "pi4", pi5 = "pi5";
inline constexpr std::string_view u_boot = "u-boot";  ///< arm64, with any device tree of boot/dtbs
inline constexpr std::string_view uefi = "uefi", bios = "bios";
inline constexpr std::string_view uefi_http = "uefi-http";  ///< arm64 by HTTP boot, beside `uefi` by PXE
}  // namespace boards

/// Is it part of a Raspberry Pi's firmware, by its name? Packing takes these, and boards are served these.
bool is_pi_firmware(std::string_view name);

struct BootFile {
  std::string name;  ///< "kernel", "initramfs", or below boot/: "dtbs/broadcom/bcm2711-rpi-4-b.dtb"
  std::uint64_t bytes = 0;
};

/// All of a generation that decides what it can boot.
struct BootFiles {
  std::string architecture;
  std::vector<BootFile> files;
  std::set<std::string> drivers;  ///< modules and what is built in, '-' written as '_'
  bool plain_kernel = true;       ///< no boot loader needs to unpack it
  std::uint64_t kernel_memory = 0;
  std::string no_http_grub;  ///< why grubaa64-http.efi could not be made

  bool has(std::string_view name) const;
  bool has_driver(std::string_view name) const { return drivers.contains(std::string(name)); }
};

/// In a fixed order.
std::vector<std::string> boards_of(const BootFiles& boot);

/// Files that some Raspberry Pi could never fetch.
std::vector<Failure> too_big(const BootFiles& boot);

/// What works on most boards, but not on all of those that boards_of() names.
std::vector<std::string> doubts_about(const BootFiles& boot);

}  // namespace rootstock::rootfs
