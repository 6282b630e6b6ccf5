#include "server/boot/can_boot.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rootfs/boot_files.hpp"
#include "server/boot/pi_root.hpp"

namespace rootstock::server {
namespace {

using dhcp::Dialect;

/// The generation's own word for a model; empty for others.
std::string_view word_for(Dialect board) {
  switch (board) {
    case Dialect::pi3: return rootfs::boards::pi3;
    case Dialect::pi4: return rootfs::boards::pi4;
    case Dialect::pi5: return rootfs::boards::pi5;
    default: return {};
  }
}

/// All files may be there, and the kernel know nothing of the board: Debian's has a device tree for the Pi 5,
/// and no driver for its Ethernet (NETBOOT-FACTS section 3). Whoever built the generation has looked.
std::optional<Failure> judged(Dialect board, const rootfs::Generation& generation) {
  const auto word = word_for(board);
  if (word.empty() || generation.boards.empty() || generation.boots(word)) return std::nullopt;
  return Failure{
      fmt::format("{} cannot boot a {}: its kernel {} lacks what this board needs (it was built for: {})",
                  generation.label(), dhcp::name_of(board), generation.kernel_version,
                  fmt::join(generation.boards, ", ")),
      "build the image from a recipe whose kernel has this board's drivers: pi-os has them for every "
      "Raspberry Pi"};
}

/// The loader that comes with the generation; empty for boards that need none.
struct Grub {
  std::string_view file, hint;
};

Grub grub_of(Dialect board) {
  switch (board) {
    case Dialect::uefi_arm64:
      return {"boot/grubaa64.efi",
              "build the image from a recipe with GRUB for arm64, as generic-arm64 has it"};
    case Dialect::http_arm64:
      return {"boot/grubaa64-http.efi",
              "set the board to PXE instead of HTTP; or install grub-common on the head and build the image "
              "from a recipe with grub-efi-arm64-bin among its boot_packages, as generic-arm64 has it"};
    default: return {};
  }
}

}  // namespace

std::optional<Failure> cannot_boot(Dialect board, const rootfs::Generation& generation,
                                   const Inventory& has) {
  if (dhcp::is_raspberry_pi(board)) {
    auto why = pi_cannot_boot(board, has, generation.label());
    return why ? why : judged(board, generation);
  }
  const auto grub = grub_of(board);
  if (grub.file.empty() || has.has(grub.file)) return std::nullopt;
  return Failure{fmt::format("{} cannot boot a board with {}: it has no {}", generation.label(),
                             dhcp::name_of(board), grub.file),
                 std::string{grub.hint}};
}

}  // namespace rootstock::server
