#pragma once
// The second half of every build and import: a root tree becomes the files of a generation.

#include <filesystem>
#include <functional>

#include "config/result.hpp"
#include "rootfs/generation.hpp"
#include "rootfs/progress.hpp"

namespace rootstock::rootfs {

/// What a build or import needs beside its input.
struct Workshop {
  std::filesystem::path cache;  ///< packages of earlier builds; below the state folder
  Progress* progress = nullptr;
  std::function<bool()> stop{};  ///< true: end as soon as possible, publish nothing
};

/// From <staging>/tree: node files, checks, kernel, initramfs, root, digest. The tree is gone afterwards.
Result<Generation, Failure> pack_tree(const std::filesystem::path& staging, RootKind kind,
                                      const Workshop& workshop);

}  // namespace rootstock::rootfs
