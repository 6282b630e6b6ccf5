#pragma once
// pxelinux.cfg for U-Boot: the part of PXELINUX's language that it reads.

#include <string>
#include <string_view>

#include "config/address.hpp"
#include "rootfs/generation.hpp"

namespace rootstock::server {

/// The memory cgroup is off by default in the kernels of some boards' makers.
inline constexpr std::string_view uboot_words = "cgroup_enable=memory cgroup_memory=1";

/// PXELINUX's name for a board: 01 is the hardware type of Ethernet (NETBOOT-FACTS section 4). Of the many
/// that U-Boot tries, this is the one that is only this board's.
std::string extlinux_name(Mac mac);

/// `device_trees`: whether the generation has any; without, the board's U-Boot uses its own.
std::string extlinux_config(std::string_view node, const rootfs::Generation& generation,
                            std::string_view cmdline, bool device_trees);

}  // namespace rootstock::server
