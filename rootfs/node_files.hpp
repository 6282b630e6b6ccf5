#pragma once
// What every image must carry to be a node: the units that report "up" and start slurmd, the masks that keep
// network managers off the boot NIC, empty fstab, volatile journal. Written into the tree before it is
// packed.

#include <filesystem>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

Result<void, Failure> install_node_files(const std::filesystem::path& tree);

/// What would keep a node from coming up with this tree: no kernel, no static busybox, modules missing ...;
/// with `slurm` also what keeps it from joining.
std::vector<Failure> check_tree(const std::filesystem::path& tree, bool slurm);

}  // namespace rootstock::rootfs
