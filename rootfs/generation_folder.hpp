#pragma once
// The folders of generations, as they lie below an image's (edge: the disk).

#include <cstdint>
#include <filesystem>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// The numbers that folders there bear, lowest first.
std::vector<int> numbers_in(const std::filesystem::path& image_folder);

/// The number in a small file, or 0.
int number_in(const std::filesystem::path& file);

/// Of all files together.
std::uint64_t bytes_in(const std::filesystem::path& folder);

/// Readable by the worker, which is not root, and by nodes over NFS. The root itself keeps its modes.
Result<void, Failure> open_up(const std::filesystem::path& generation_folder, bool root_is_tree);

}  // namespace rootstock::rootfs
