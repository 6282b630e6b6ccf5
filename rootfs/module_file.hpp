#pragma once
// Kernel modules as files (edge: libarchive).

#include <filesystem>
#include <string>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// The module's bytes, uncompressed whatever it is packed with (.ko, .ko.xz, .ko.zst, .ko.gz): the initramfs
/// as a whole is compressed, and better so.
Result<std::string, Failure> read_module(const std::filesystem::path& file);

}  // namespace rootstock::rootfs
