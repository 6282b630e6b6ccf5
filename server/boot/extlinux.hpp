#pragma once
// pxelinux.cfg for U-Boot: the part of PXELINUX's language that it reads.

#include <string>
#include <string_view>

#include "rootfs/generation.hpp"

namespace rootstock::server {

/// The memory cgroup is off by default in the kernels of some boards' makers.
inline constexpr std::string_view uboot_words = "cgroup_enable=memory cgroup_memory=1";

/// `device_trees`: whether the generation has any; without, the board's U-Boot uses its own.
std::string extlinux_config(std::string_view node, const rootfs::Generation& generation,
                            std::string_view cmdline, bool device_trees);

}  // namespace rootstock::server
