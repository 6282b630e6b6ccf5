#pragma once
// Unpacking a root tarball without letting it leave the tree (edge: libarchive and the disk).

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "config/result.hpp"
#include "rootfs/archive.hpp"

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

/// Where on the disk an entry goes; absolute.
struct Placed {
  std::filesystem::path file, hardlink;
};

/// Absolute, or with "..": no path of an archive may be either.
bool leaves_tree(const std::filesystem::path& path);

/// None: the entry was meant for somebody else.
using Place = std::function<Result<std::optional<Placed>, Failure>(const ArchiveEntry& entry)>;

/// As above, each entry where `place` says. `tree` is canonical, and stays the folder that it is.
Result<UnpackReport, Failure> unpack_entries(const std::filesystem::path& file,
                                             const std::filesystem::path& tree, const Place& place,
                                             const std::function<bool(double fraction)>& progress = {});

}  // namespace rootstock::rootfs
