#pragma once
// What a Raspberry Pi's firmware reads before it starts the kernel.

#include <string>
#include <string_view>

#include "dhcp/dialect.hpp"

namespace rootstock::server {

/// config.txt. `upstream`: the device trees are named as the upstream kernel does.
std::string pi_config(std::string_view node, std::string_view label, bool upstream);

/// cmdline.txt is one line, of which these words are only for Pis: the memory cgroup that Slurm needs and Pi
/// kernels leave off, and the console.
std::string pi_words(dhcp::Dialect board, bool upstream);

}  // namespace rootstock::server
