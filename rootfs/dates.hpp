#pragma once
// The dates in an image tree (edge: the disk).

#include <chrono>
#include <filesystem>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// What the build itself wrote, at `begin` or later, gets the date of the youngest file that was there
/// before: the same packages make the same image, whenever they do. Returns that date.
Result<std::chrono::system_clock::time_point, Failure> date_back(const std::filesystem::path& tree,
                                                                 std::chrono::system_clock::time_point begin);

}  // namespace rootstock::rootfs
