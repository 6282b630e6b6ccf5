#pragma once
// The second half of every build and import: a root tree becomes the files of a generation.

#include <chrono>
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
  bool slurm = true;             ///< the image's nodes are to join Slurm
  std::function<bool()> stop{};  ///< true: end as soon as possible, publish nothing
  std::chrono::system_clock::time_point begun = std::chrono::system_clock::now();

  bool stopped() const { return stop && stop(); }
  /// Shows how far the step is; false when the work is to end.
  bool advance(double fraction) const {
    progress->at(fraction);
    return !stopped();
  }
};

/// From <staging>/tree, of amd64 or arm64, whatever the head is: node files, checks, kernel, boot files,
/// initramfs, root, digest. The tree is gone afterwards.
Result<Generation, Failure> pack_tree(const std::filesystem::path& staging, RootKind kind,
                                      const Workshop& workshop);

}  // namespace rootstock::rootfs
