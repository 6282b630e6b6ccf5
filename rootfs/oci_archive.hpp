#pragma once
// A container image's archive: `skopeo copy ... oci-archive:`, `podman save`, `docker save` (edge:
// libarchive's reader and the disk).

#include <filesystem>
#include <vector>

#include "config/result.hpp"
#include "rootfs/oci.hpp"
#include "rootfs/packing.hpp"

namespace rootstock::rootfs {

/// Judged by the first name in it.
Result<bool, Failure> is_container_archive(const std::filesystem::path& file);

/// What is in it.
Result<std::vector<OciImage>, Failure> read_container_archive(const std::filesystem::path& file);

/// Lays the image's layers over each other in <staging>/tree, each checked by its digest first.
Result<void, Failure> unpack_container(const std::filesystem::path& file, const OciImage& image,
                                       const std::filesystem::path& staging, const Workshop& workshop);

}  // namespace rootstock::rootfs
