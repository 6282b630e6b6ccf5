#include "server/http/admin_nodes.hpp"

#include <boost/json/array.hpp>

#include "server/http/admin_answer.hpp"
#include "server/nodes/choice.hpp"

namespace rootstock::server {

namespace json = boost::json;

AdminNodes::AdminNodes(View& view, Registry& registry, Overlays& overlays, const SlurmWatch& slurm)
    : view_(view), registry_(registry), overlays_(overlays), slurm_(slurm) {}

void AdminNodes::register_at(AdminSite& site) {
  site.on(Method::get, "nodes", at_once([this](const Request& request, const std::string&) {
            return nodes(request.target.query);
          }));
  site.on(Method::get, "nodes/",
          at_once([this](const Request&, const std::string& name) { return node(name); }));
  site.on(Method::get, "overlay/",
          [this](const Request&, std::string name) { return overlay(std::move(name)); });
}

json::object AdminNodes::json_of(const Node& node, Clocks now) const {
  const SlurmSays slurm{slurm_.enabled(), slurm_.answers(), slurm_.find(node.record.name)};
  return node_json(node, view_.next_boot(node.record), condition_of(node, slurm, now.moment), now);
}

Answer AdminNodes::nodes(const Form& query) {
  const Clocks now{Time::clock::now(), Moment::clock::now()};
  json::array all;
  const auto list = query.find("nodes");
  if (list == query.end()) {
    for (const auto& [number, node] : registry_.nodes()) all.push_back(json_of(node, now));
    return json_answer(json::object{{"nodes", std::move(all)}});
  }
  const auto chosen = choose(registry_, list->second, std::nullopt);
  if (!chosen) return failure(404, chosen.error());
  for (const auto* node : *chosen) all.push_back(json_of(*node, now));
  return json_answer(json::object{{"nodes", std::move(all)}});
}

Node* AdminNodes::find(const std::string& name) {
  const auto chosen = choose(registry_, name, std::nullopt);
  return chosen && chosen->size() == 1 ? chosen->front() : nullptr;
}

Answer AdminNodes::node(const std::string& name) {
  const Node* node = find(name);
  if (node == nullptr) return no_such_node(name);
  const Clocks now{Time::clock::now(), Moment::clock::now()};
  auto object = json_of(*node, now);
  object["events"] = events_json(*node, now);
  return json_answer(std::move(object));
}

boost::asio::awaitable<Answer> AdminNodes::overlay(std::string name) {
  Node* node = find(name);
  if (node == nullptr) co_return no_such_node(name);
  const auto label = view_.next_boot(node->record).label();
  const auto files = co_await overlays_.files(*node, label);
  if (!files) co_return failure(500, files.error());
  co_return json_answer(json::object{{"node", name}, {"files", overlay_json(*files)}});
}

}  // namespace rootstock::server
