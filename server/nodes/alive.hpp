#pragma once
// Is there life on a seat? As far as the head has heard.

#include "server/nodes/reception.hpp"

namespace rootstock::server {

/// Its system runs: heartbeats come, or came until the head was restarted a moment ago and it is not missed
/// yet.
bool runs(const Node& node, const Instant& now);

}  // namespace rootstock::server
