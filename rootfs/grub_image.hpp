#pragma once
// GRUB for UEFI boards that boot by HTTP (edge: grub-mkimage). Debian's signed network image has no module
// `http`, and its prefix cannot be changed: a board that loaded it by HTTP ends at GRUB's prompt. So one is
// made of the modules that the image tree carries; being unsigned, it is nothing for Secure Boot.

#include <filesystem>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// Where Debian's grub-efi-arm64-bin puts its modules.
inline constexpr const char* grub_modules = "/usr/lib/grub/arm64-efi";

/// Writes `out`. Fails where the tree has no modules or the head no grub-mkimage.
Result<void, Failure> make_http_grub(const std::filesystem::path& tree, const std::filesystem::path& out);

}  // namespace rootstock::rootfs
