#pragma once
// A board with two network cards that both boot from the network asks under two MACs, and gets two seats.

#include <optional>

#include "config/result.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// What speaks for it and what to do, where this seat and one other say the same UUID and kind of firmware,
/// and only one of them is alive. No proof: makers put one UUID on whole batches, so nothing is decided by
/// it.
std::optional<Failure> other_card(Registry& registry, const Node& node, Clocks now);

}  // namespace rootstock::server
