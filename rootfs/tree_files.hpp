#pragma once
// Files of an image tree as they lie on the head's disk (edge). A link in the tree never leads out of it:
// what an image calls /lib is its own, even where the image links it by an absolute path.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// The file on the head that `path` ("/lib/modules") means inside the tree, links followed within the tree. A
/// path that does not exist yet keeps its last parts as they are.
std::filesystem::path inside(const std::filesystem::path& tree, const std::filesystem::path& path);

/// Makes the folders above it; replaces a link instead of writing through it.
Result<void, Failure> write_file(const std::filesystem::path& file, std::string_view content,
                                 std::filesystem::perms mode);

/// The static busybox of the image, or where it should be.
std::filesystem::path busybox_of(const std::filesystem::path& tree);

/// The versions under /lib/modules, in no order.
std::vector<std::string> kernel_versions(const std::filesystem::path& tree);

/// The version that the image's boards boot; empty where there is none.
std::string kernel_of(const std::filesystem::path& tree);

/// The file of a kernel, or where it should be.
std::filesystem::path kernel_file(const std::filesystem::path& tree, const std::string& version);

}  // namespace rootstock::rootfs
