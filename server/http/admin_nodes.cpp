#include "server/http/admin_nodes.hpp"

#include <boost/json/array.hpp>

#include "server/http/admin_answer.hpp"
#include "server/http/admin_json.hpp"

namespace rootstock::server {

namespace json = boost::json;

AdminNodes::AdminNodes(const Settings& settings, View& view, Registry& registry, Overlays& overlays)
    : settings_(settings), view_(view), registry_(registry), overlays_(overlays) {}

void AdminNodes::register_at(AdminSite& site) {
  site.on(Method::get, "nodes", at_once([this](const Request&, const std::string&) { return nodes(); }));
  site.on(Method::get, "nodes/",
          at_once([this](const Request&, const std::string& name) { return node(name); }));
  site.on(Method::get, "overlay/",
          [this](const Request&, std::string name) { return overlay(std::move(name)); });
}

std::string AdminNodes::next_label(const Node& node) const { return view_.next_boot(node.record).label(); }

json::object AdminNodes::json_of(const Node& node, Instant now) const {
  const auto next = view_.next_boot(node.record);
  return node_json(node, next.orders.image, next.label(), now);
}

Answer AdminNodes::nodes() {
  const Instant now;
  json::array all;
  for (const auto& [number, node] : registry_.nodes()) all.push_back(json_of(node, now));
  return json_answer(json::object{{"nodes", std::move(all)}});
}

Answer AdminNodes::node(const std::string& name) {
  const Node* node = registry_.by_name(name);
  if (node == nullptr) return no_such_node(name);
  const Instant now;
  auto object = json_of(*node, now);
  object["events"] = events_json(*node, now);
  return json_answer(std::move(object));
}

boost::asio::awaitable<Answer> AdminNodes::overlay(std::string name) {
  Node* node = registry_.by_name(name);
  if (node == nullptr) co_return no_such_node(name);
  const auto files = co_await overlays_.files(*node, next_label(*node));
  if (!files) co_return failure(500, files.error());
  co_return json_answer(json::object{{"node", name}, {"files", overlay_json(*files)}});
}

}  // namespace rootstock::server
