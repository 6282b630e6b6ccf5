#pragma once
// The initramfs, written as a newc cpio straight from an image tree: static busybox, the module closure for
// network, NFS, loop, squashfs and overlay, and one readable `init`. No chroot; any architecture; same tree,
// same bytes.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

struct InitramfsReport {
  std::uint64_t bytes = 0;  ///< compressed
  std::vector<std::string> modules;
};

/// `tree`: the root directory of the image, with /lib/modules/<kernel_version> and /bin/busybox (static).
/// `progress` gets the fraction that is written; false stops the work.
Result<InitramfsReport, Failure> write_initramfs(const std::filesystem::path& tree,
                                                 const std::string& kernel_version,
                                                 const std::filesystem::path& out,
                                                 const std::function<bool(double fraction)>& progress = {});

}  // namespace rootstock::rootfs
