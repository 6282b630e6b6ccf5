#pragma once
// The boot files that an image tree carries, wherever its distribution puts them (edge: the disk).

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/boot_files.hpp"

namespace rootstock::rootfs {

/// Moves them out of the tree, where no node needs them, to `boot`: firmware/*, dtbs/VENDOR/*.dtb (all that
/// came with this kernel: a board of any maker may ask), overlays/*, grubaa64.efi and what GRUB is made of.
/// What the tree does not have is not there afterwards; boards_of() tells what that means.
Result<void, Failure> take_boot_files(const std::filesystem::path& tree, const std::string& kernel_version,
                                      const std::filesystem::path& boot);

/// kernel, initramfs and everything in boot/, sorted by name.
std::vector<BootFile> boot_files_in(const std::filesystem::path& generation_folder);

}  // namespace rootstock::rootfs
