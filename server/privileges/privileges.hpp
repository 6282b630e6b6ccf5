#pragma once
// Giving up root for good.

#include <string>

#include "config/result.hpp"

namespace rootstock::server {

/// Becomes `user`:`group` with no supplementary groups, no capabilities in any set (bounding set included) and
/// no_new_privs. Fails without a change undone: the caller must exit.
Result<void, Failure> drop_privileges(const std::string& user, const std::string& group);

}  // namespace rootstock::server
