#pragma once
// What makes a seat's identity on the network, where nobody can guess it (edge: the kernel's randomness).

#include <string>

namespace rootstock::server {

/// 128 bits as 32 hex digits: what a node proves with that it is the root of this node who speaks.
std::string new_token();
/// As in machine-id(5): 128 random bits, marked as a version 4 UUID the way systemd does it.
std::string new_machine_id();

}  // namespace rootstock::server
