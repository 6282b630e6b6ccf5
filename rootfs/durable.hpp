#pragma once
// What is on disk is there after a power cut, too (edge: the disk).

#include <filesystem>
#include <string>

#include "config/result.hpp"

namespace rootstock::rootfs {

Result<void, Failure> sync(const std::filesystem::path& file_or_folder);

/// Everything in a new generation's folder.
Result<void, Failure> sync_all(const std::filesystem::path& generation_folder);

/// Whole or not at all: a new file takes the old one's place.
Result<void, Failure> replace_file(const std::filesystem::path& file, const std::string& text);

}  // namespace rootstock::rootfs
