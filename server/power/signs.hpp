#pragma once
// What a node shows of being on or off (logic: the time is an argument).

#include <optional>

#include "server/nodes/registry.hpp"
#include "server/power/going.hpp"

namespace rootstock::server {

/// `answer`: when it answered on the wire last.
Signs signs_of(const Node& node, std::optional<Moment> answer, Moment now);

}  // namespace rootstock::server
