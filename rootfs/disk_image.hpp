#pragma once
// The tree in a disk image, such as Raspberry Pi OS's .img.xz (edge: sfdisk, mount, mtools).

#include <filesystem>

#include "config/result.hpp"
#include "rootfs/packing.hpp"

namespace rootstock::rootfs {

/// Copies the root to <staging>/tree, and the FAT partition's files to its /boot/firmware. `file` may be
/// compressed. Needs root. What is mounted is mounted in a namespace that ends with the copying, however that
/// ends; nobody else sees it.
Result<void, Failure> copy_disk_image(const std::filesystem::path& file, const std::filesystem::path& staging,
                                      const Workshop& workshop);

}  // namespace rootstock::rootfs
