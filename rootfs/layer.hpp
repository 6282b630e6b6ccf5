#pragma once
// One layer of a container image laid over what is in the tree (edge: the disk).

#include <filesystem>
#include <functional>

#include "config/result.hpp"
#include "rootfs/unpack.hpp"

namespace rootstock::rootfs {

/// As the OCI image specification has it ("Image Layer Filesystem Changeset"): an entry replaces what is
/// there; ".wh.NAME" removes NAME, and ".wh..wh..opq" all that is in its folder, as far as lower layers
/// brought it. Links are followed inside the tree, so that "bin/ls" over a tree whose bin is a link to
/// usr/bin changes usr/bin/ls; nothing leads out of it.
Result<UnpackReport, Failure> lay_layer(const std::filesystem::path& layer, const std::filesystem::path& tree,
                                        const std::function<bool(double fraction)>& progress = {});

}  // namespace rootstock::rootfs
