#pragma once
// Is there life on a seat? As far as the head has heard.

#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// Its system runs: heartbeats come, or came until the head was restarted a moment ago and it is not missed
/// yet.
bool runs(const Node& node, Clocks now);

/// A system of it runs or boots now.
bool is_alive(const Node& node, Clocks now);

}  // namespace rootstock::server
