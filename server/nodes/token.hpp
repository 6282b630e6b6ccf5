#pragma once
// Random words (edge: the kernel's randomness).

#include <string>

namespace rootstock::server {

/// 128 bits as 32 hex digits.
std::string new_token();

}  // namespace rootstock::server
