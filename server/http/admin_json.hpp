#pragma once
// Nodes, overlays and explanations as JSON, for the command line.

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "rootfs/overlay.hpp"
#include "server/boot/explain.hpp"
#include "server/boot/view.hpp"
#include "server/nodes/condition.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// One instant on both clocks: what was timed by the one is told by the other.
struct Now {
  Time wall = Time::clock::now();
  Moment moment = Moment::clock::now();
};

/// `next`: what it boots if it starts now. Times are seconds since 1970, 0 for "never".
boost::json::object node_json(const Node& node, const NextBoot& next, const Condition& condition, Now now);
boost::json::array events_json(const Node& node, Now now);
/// The content of what only its owner may read stays here.
boost::json::array overlay_json(const std::vector<rootfs::OverlayFile>& files);
boost::json::object explanation_json(Mac mac, const Explanation& told);

}  // namespace rootstock::server
