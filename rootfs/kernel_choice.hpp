#pragma once
// Which kernel of an image its boards boot, and what the first bytes of its file say.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::rootfs {

/// Of the versions that an image has modules for. Empty only when there is none.
std::string choose_kernel(std::vector<std::string> versions);

bool is_gzip(std::string_view bytes);

/// An arm64 kernel that a boot loader may start where it has loaded it: not compressed, no wrapper that
/// unpacks itself. Pi firmware and U-Boot want that; GRUB takes others as well.
bool is_plain_arm64(std::string_view image);

/// What the kernel takes in memory from its first byte on: more than its file, because zeroes at its end are
/// not in there. 0 where it does not say so.
std::uint64_t memory_of_arm64(std::string_view image);

}  // namespace rootstock::rootfs
