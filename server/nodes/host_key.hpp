#pragma once
// A new SSH host key, from ssh-keygen (edge: a process and a folder that is gone afterwards).

#include <filesystem>
#include <string>

#include "config/result.hpp"
#include "rootfs/overlay.hpp"

namespace rootstock::server {

/// Takes some milliseconds. The key passes through a folder of its own in `scratch`.
Result<rootfs::HostKey, Failure> make_host_key(const std::filesystem::path& scratch, const std::string& node);

}  // namespace rootstock::server
