#pragma once
// What this machine knows about packages: its release, its apt sources, its apt settings (edge: /etc and
// apt-config).

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/apt_sources.hpp"
#include "rootfs/recipe.hpp"

namespace rootstock::rootfs {

/// From os-release and dpkg.
Result<BuildHost, Failure> build_host(const std::filesystem::path& etc = "/etc");

/// sources.list and everything in sources.list.d, in apt's order.
std::vector<AptSource> host_sources(const std::filesystem::path& etc = "/etc");

/// The apt settings without which the host's sources may not answer: proxies, and how dates are checked. One
/// configuration line each.
std::vector<std::string> host_apt_options();

}  // namespace rootstock::rootfs
