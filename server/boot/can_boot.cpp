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

}  // namespace

std::optional<Failure> cannot_boot(Dialect board, const rootfs::Generation& generation,
                                   const Inventory& has) {
  if (dhcp::is_raspberry_pi(board)) {
    auto why = pi_cannot_boot(board, has, generation.label());
    return why ? why : judged(board, generation);
  }
  const bool needs_grub = board == Dialect::uefi_arm64 || board == Dialect::http_arm64;
  if (needs_grub && !has.has("boot/grubaa64.efi"))
    return Failure{fmt::format("{} cannot boot a board with {}: it has no boot/grubaa64.efi",
                               generation.label(), dhcp::name_of(board)),
                   "build the image from a recipe with GRUB for arm64, as generic-arm64 has it"};
  return std::nullopt;
}

}  // namespace rootstock::server
