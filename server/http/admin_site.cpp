#include "server/http/admin_site.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "server/http/admin_json.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

Answer json_answer(const json::value& value, unsigned status = 200) {
  Answer answer;
  answer.status = status;
  answer.type = "application/json";
  answer.text = json::serialize(value) + "\n";
  return answer;
}

Answer failure(unsigned status, const Failure& why) {
  return json_answer(json::object{{"error", why.what}, {"hint", why.hint}}, status);
}

Answer no_such_node(const std::string& name) {
  return failure(404, {"there is no node '" + name + "'", "`rootstock nodes` lists them"});
}

/// "nodes/node01" with "nodes/" gives "node01"; empty when the path is another one.
std::string rest_of(const std::string& path, std::string_view start) {
  return path.starts_with(start) ? path.substr(start.size()) : std::string{};
}

std::optional<std::uint16_t> small_number(const std::string& text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

AdminSite::AdminSite(const Settings& settings, View& view, Registry& registry, Overlays& overlays,
                     std::function<AllCounters()> counters)
    : settings_(settings),
      view_(view),
      registry_(registry),
      overlays_(overlays),
      counters_(std::move(counters)) {}

boost::asio::awaitable<Answer> AdminSite::answer(Request request) {
  const auto& path = request.target.path;
  if (request.method != Method::get && request.method != Method::head)
    co_return failure(405, {"this socket answers GET only", ""});
  if (path == "status") co_return status();
  if (path == "nodes") co_return nodes();
  if (path == "explain") co_return explanation(request.target.query);
  if (const auto name = rest_of(path, "nodes/"); !name.empty()) co_return node(name);
  auto overlay_of = rest_of(path, "overlay/");
  if (overlay_of.empty())
    co_return failure(
        404, {"there is nothing at /" + path, "is the command line of the same version as the service?"});
  auto files = co_await overlay(std::move(overlay_of));
  co_return files;
}

Answer AdminSite::status() const {
  json::object counters;
  for (const auto& [server, counts] : counters_()) {
    json::object of_server;
    for (const auto& [kind, count] : counts) of_server[kind] = count;
    counters[server] = std::move(of_server);
  }
  const auto started = std::chrono::duration_cast<std::chrono::seconds>(started_.time_since_epoch()).count();
  return json_answer(json::object{{"version", ROOTSTOCK_VERSION},
                                  {"cluster", settings_.cluster.name},
                                  {"interface", settings_.network.interface},
                                  {"address", settings_.network.address.text()},
                                  {"started", started},
                                  {"nodes", registry_.nodes().size()},
                                  {"counters", std::move(counters)}});
}

std::string AdminSite::next_label(const Node& node) const {
  const auto generation = view_.next_generation(node.record.architecture);
  return generation ? generation->label() : std::string{};
}

Answer AdminSite::nodes() {
  const Instant now;
  json::array all;
  for (const auto& [number, node] : registry_.nodes())
    all.push_back(node_json(node, settings_.nodes.image, next_label(node), now));
  return json_answer(json::object{{"nodes", std::move(all)}});
}

Answer AdminSite::node(const std::string& name) {
  const Node* node = registry_.by_name(name);
  if (node == nullptr) return no_such_node(name);
  const Instant now;
  auto object = node_json(*node, settings_.nodes.image, next_label(*node), now);
  object["events"] = events_json(*node, now);
  return json_answer(std::move(object));
}

boost::asio::awaitable<Answer> AdminSite::overlay(std::string name) {
  Node* node = registry_.by_name(name);
  if (node == nullptr) co_return no_such_node(name);
  const auto files = co_await overlays_.files(*node, next_label(*node));
  if (!files) co_return failure(500, files.error());
  co_return json_answer(json::object{{"node", name}, {"files", overlay_json(*files)}});
}

Answer AdminSite::explanation(const Form& query) {
  const auto value = [&](const char* name) {
    const auto found = query.find(name);
    return found == query.end() ? std::string{} : found->second;
  };
  const auto mac = Mac::parse(value("mac"));
  if (!mac)
    return failure(400, {"'" + value("mac") + "' is not a MAC address", "write it as in 52:54:00:12:34:56"});
  BoardQuestion question{*mac, small_number(value("arch")), value("ipxe") == "1",
                         firmware_named(value("firmware"))};
  if (!question.firmware && query.contains("firmware"))
    return failure(400, {"there is no firmware '" + value("firmware") + "'",
                         fmt::format("one of {}", fmt::join(firmware_words(), ", "))});
  if (!question.arch && query.contains("arch"))
    return failure(400, {"'" + value("arch") + "' is not an architecture",
                         "0 is x86 BIOS, 7 is UEFI x86-64, 11 UEFI arm64 (DHCP option 93)"});
  return json_answer(explanation_json(*mac, explain(settings_, registry_, view_, question)));
}

}  // namespace rootstock::server
