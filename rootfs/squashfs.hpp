#pragma once
// Packing a tree, and the digest that says what a node runs (edge: mksquashfs, sha256sum).

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

#include "config/result.hpp"

namespace rootstock::rootfs {

struct PackOptions {
  std::chrono::system_clock::time_point newest{};  ///< no file in the image is younger: same tree, same bytes
  std::function<void(double fraction)> progress{};
  std::function<bool()> stop{};
};

/// zstd in blocks of 128 KiB (DESIGN section 6), numeric owners, attributes kept.
Result<void, Failure> make_squashfs(const std::filesystem::path& tree, const std::filesystem::path& file,
                                    const PackOptions& options);

/// SHA-256 in 64 hex digits: of a file's bytes; of a folder's sorted tar.
Result<std::string, Failure> digest_of(const std::filesystem::path& root);

}  // namespace rootstock::rootfs
