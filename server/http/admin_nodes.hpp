#pragma once
// The nodes as the administrator sees them: all, one, and what a node's overlay holds.

#include <string>

#include "config/settings.hpp"
#include "server/boot/view.hpp"
#include "server/http/admin_json.hpp"
#include "server/http/admin_site.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

class AdminNodes {
 public:
  AdminNodes(const Settings& settings, View& view, Registry& registry, Overlays& overlays);
  /// GET nodes, nodes/NAME, overlay/NAME
  void register_at(AdminSite& site);

 private:
  Answer nodes();
  Answer node(const std::string& name);
  boost::asio::awaitable<Answer> overlay(std::string name);
  boost::json::object json_of(const Node& node, Instant now) const;
  std::string next_label(const Node& node) const;

  const Settings& settings_;
  View& view_;
  Registry& registry_;
  Overlays& overlays_;
};

}  // namespace rootstock::server
