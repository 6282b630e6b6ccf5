#pragma once
// Unpacking a root tarball without letting it leave the tree (edge: libarchive and the disk).

#include <cstdint>
#include <filesystem>
#include <functional>

#include "config/result.hpp"

namespace rootstock::rootfs {

struct UnpackReport {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// Unpacks with owners (numeric), modes, times, extended attributes, hard links and devices. Refuses entries
/// whose path is absolute, has "..", or runs through a symbolic link. `progress` gets the read fraction;
/// false stops the work.
Result<UnpackReport, Failure> unpack_archive(const std::filesystem::path& file,
                                             const std::filesystem::path& tree,
                                             const std::function<bool(double fraction)>& progress = {});

}  // namespace rootstock::rootfs
