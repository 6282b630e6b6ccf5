#pragma once
// A new machine-id for a new seat (edge: the kernel's randomness).

#include <string>

namespace rootstock::server {

std::string new_machine_id();

}  // namespace rootstock::server
