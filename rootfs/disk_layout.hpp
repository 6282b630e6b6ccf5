#pragma once
// Which partitions of a disk image hold a system: the root and, on a Raspberry Pi, the firmware's own.

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// In bytes, inside the image for certain.
struct Partition {
  std::uint64_t start = 0, size = 0;
};

struct DiskLayout {
  Partition root;                 ///< the largest partition of Linux
  std::optional<Partition> boot;  ///< the first FAT partition
};

/// `table`: what `sfdisk --json` prints; MBR and GPT alike. `image_size` in bytes.
Result<DiskLayout, Failure> read_disk_layout(std::string_view table, std::uint64_t image_size);

}  // namespace rootstock::rootfs
