#pragma once
// A generation from a root tarball (edge: the disk).

#include <filesystem>
#include <string>

#include "config/result.hpp"
#include "rootfs/packing.hpp"
#include "rootfs/store.hpp"

namespace rootstock::rootfs {

/// `file`: tar, plain or compressed with gzip, xz or zstd, of the whole root with its kernel.
Result<Generation, Failure> import_image(Store& store, const std::string& image,
                                         const std::filesystem::path& file, const Workshop& workshop);

}  // namespace rootstock::rootfs
