#pragma once
// The nodes as the administrator sees them: all, some, one, and what a node's overlay holds.

#include <boost/json/object.hpp>
#include <string>

#include "server/boot/view.hpp"
#include "server/http/admin_json.hpp"
#include "server/http/admin_site.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"
#include "server/slurm/watch.hpp"

namespace rootstock::server {

class AdminNodes {
 public:
  AdminNodes(View& view, Registry& registry, Overlays& overlays, const SlurmWatch& slurm);
  /// GET nodes[?nodes=LIST], nodes/NAME, overlay/NAME
  void register_at(AdminSite& site);

 private:
  Answer nodes(const Form& query);
  Answer node(const std::string& name);
  boost::asio::awaitable<Answer> overlay(std::string name);
  boost::json::object json_of(const Node& node, Clocks now) const;
  Node* find(const std::string& name);

  View& view_;
  Registry& registry_;
  Overlays& overlays_;
  const SlurmWatch& slurm_;
};

}  // namespace rootstock::server
