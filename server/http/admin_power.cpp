#include "server/http/admin_power.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <vector>

#include "server/http/admin_answer.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds usual_timeout{600}, longest_timeout{24 * 3600};

Answer progress(const PowerDesk& desk) {
  const auto now = Moment::clock::now();
  json::array all;
  for (const auto& [name, going] : desk.progress())
    all.push_back({{"name", name},
                   {"order", name_of(going.order())},
                   {"step", name_of(going.step())},
                   {"words", going.words()},
                   {"over", going.over()},
                   {"seconds", going.took(now).count()}});
  return json_answer(json::object{{"orders", std::move(all)}});
}

std::chrono::seconds timeout_in(const json::object& asked) {
  const auto* value = asked.if_contains("timeout");
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  if (number == nullptr || *number <= 0) return usual_timeout;
  return std::min(std::chrono::seconds{*number}, longest_timeout);
}

Answer give(Registry& registry, PowerDesk& desk, const Request& request) {
  const auto asked = json_body(request);
  if (!asked) return failure(400, asked.error());
  const auto word = text_in(*asked, "order");
  const auto order = order_named(word);
  if (!order && word != "none")
    return failure(400, {"there is no order '" + word + "'", "one of reboot, poweroff, none"});
  const auto* names = asked->if_contains("nodes");
  if (names == nullptr || !names->is_array())
    return failure(400, {"no nodes were named", "is the command line of the same version as the service?"});
  std::vector<Node*> nodes;  // all or none: a slip of the pen switches nothing off
  for (const auto& name : names->get_array()) {
    const auto text = name.is_string() ? std::string{name.get_string()} : std::string{};
    nodes.push_back(registry.by_name(text));
    if (nodes.back() == nullptr) return no_such_node(text);
  }
  for (auto* node : nodes)
    if (order)
      desk.give(*node, *order, timeout_in(*asked));
    else
      desk.take_back(*node);
  return progress(desk);
}

}  // namespace

void add_power(AdminSite& site, Registry& registry, PowerDesk& desk) {
  site.on(Method::get, "order",
          at_once([&desk](const Request&, const std::string&) { return progress(desk); }));
  site.on(Method::post, "order", at_once([&registry, &desk](const Request& request, const std::string&) {
            return give(registry, desk, request);
          }));
}

}  // namespace rootstock::server
