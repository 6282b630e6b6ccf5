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
#include "server/story/stage.hpp"

namespace rootstock::server {

/// `next`: what it boots if it starts now. Times as unix_seconds() has them.
boost::json::object node_json(const Node& node, const NextBoot& next, const Condition& condition, Clocks now);
boost::json::array events_json(const Node& node, Clocks now);
/// The content of what only its owner may read stays here.
boost::json::array overlay_json(const std::vector<rootfs::OverlayFile>& files);
boost::json::object explanation_json(Mac mac, const Explanation& told);

}  // namespace rootstock::server
