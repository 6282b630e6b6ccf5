#include "server/http/admin_head.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "server/http/admin_answer.hpp"
#include "server/http/admin_json.hpp"
#include "server/nodes/board_words.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

std::optional<std::uint16_t> small_number(const std::string& text) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

AdminHead::AdminHead(const Settings& settings, View& view, Registry& registry,
                     std::function<AllCounters()> counters)
    : settings_(settings), view_(view), registry_(registry), counters_(std::move(counters)) {}

void AdminHead::register_at(AdminSite& site) {
  site.on(Method::get, "status", at_once([this](const Request&, const std::string&) { return status(); }));
  site.on(Method::get, "explain", at_once([this](const Request& request, const std::string&) {
            return explanation(request.target.query);
          }));
}

Answer AdminHead::status() const {
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

Answer AdminHead::explanation(const Form& query) {
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
