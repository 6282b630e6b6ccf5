#pragma once
// Which nodes an administrator means: ranges of names, MAC addresses, and the word "all".

#include <optional>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// Every one of them, each once, in the order written ("all": by number). "all" is every member of the
/// cluster, or everybody whose standing is `all`, or, without one, everybody. What is nobody's name is told
/// in one failure, with what may have been meant.
Result<std::vector<Node*>, Failure> choose(Registry& registry, std::string_view list,
                                           std::optional<Standing> all = Standing::member);

}  // namespace rootstock::server
