#pragma once
// The names that one kind of firmware asks for in one boot, in their order: those that lead somewhere.

#include <string>
#include <vector>

#include "dhcp/dialect.hpp"
#include "server/boot/boot_name.hpp"

namespace rootstock::server {

/// `label`: of the generation that it boots.
std::vector<std::string> boot_path(dhcp::Dialect board, const Asker& asker, const std::string& label);

}  // namespace rootstock::server
