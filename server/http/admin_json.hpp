#pragma once
// Nodes, overlays and explanations as JSON, for the command line.

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "rootfs/overlay.hpp"
#include "server/boot/explain.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// Seconds since 1970; 0 for "never".
double unix_seconds(Time time);

/// `boots`: the label of the generation that it would boot now.
boost::json::object node_json(const Node& node, const std::string& image, const std::string& boots, Time now);
boost::json::array events_json(const Node& node);
/// The content of what only its owner may read stays here.
boost::json::array overlay_json(const std::vector<rootfs::OverlayFile>& files);
boost::json::object explanation_json(Mac mac, const Explanation& told);

}  // namespace rootstock::server
