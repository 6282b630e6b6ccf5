#pragma once
// Generations from a root that is there already (edge: the disk).

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/packing.hpp"
#include "rootfs/store.hpp"

namespace rootstock::rootfs {

/// `file`: a tarball of the whole root with its kernel, a disk image, or a container image's archive; plain
/// or compressed with gzip, xz or zstd. What it is, its content says. A container image for several
/// architectures gives one generation for each, published together.
Result<std::vector<Generation>, Failure> import_image(Store& store, const std::string& image,
                                                      const std::filesystem::path& file,
                                                      const Workshop& workshop);

}  // namespace rootstock::rootfs
