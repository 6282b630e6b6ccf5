#include "server/host/sharing.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "server/host/ini.hpp"

namespace rootstock::server {

namespace {

Finding finding(std::string what, std::string hint) {
  return {.severity = Severity::error, .what = std::move(what), .hint = std::move(hint)};
}

/// systemd.syntax(7): "1", "yes", "true" and "on", in either case.
bool is_yes(std::string value) {
  std::ranges::transform(value, value.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr std::array<std::string_view, 4> yes{"1", "yes", "true", "on"};
  return std::ranges::find(yes, value) != yes.end();
}

/// systemd.network(5): names and patterns with spaces between them; a first "!" turns the whole list round.
bool matches(const std::string& patterns, const std::string& interface) {
  const bool inverted = patterns.starts_with('!');
  std::istringstream words{inverted ? patterns.substr(1) : patterns};
  for (std::string word; words >> word;)
    if (::fnmatch(word.c_str(), interface.c_str(), 0) == 0) return !inverted;
  return inverted;
}

}  // namespace

std::optional<Finding> judge_networkmanager(const std::string& file, std::string_view text,
                                            const NetworkSettings& network) {
  const auto profile = parse_ini(text);
  if (value_in(profile, "ipv4", "method") != "shared") return std::nullopt;
  const auto interface = value_in(profile, "connection", "interface-name");
  const auto type = value_in(profile, "connection", "type");
  const bool for_any_cable = interface.empty() && (type == "ethernet" || type == "802-3-ethernet");
  if (interface != network.interface && !for_any_cable) return std::nullopt;
  const auto id = value_in(profile, "connection", "id");
  return finding(
      fmt::format(
          "NetworkManager shares this machine's connection on {} (profile \"{}\", {}): it runs a DHCP "
          "server there",
          for_any_cable ? "any Ethernet interface" : network.interface, id, file),
      fmt::format(
          "nmcli connection modify \"{}\" ipv4.method manual ipv4.addresses {}/{} && nmcli connection "
          "up \"{}\" ifname {}",
          id, network.address.text(), network.subnet.prefix, id, network.interface));
}

std::optional<Finding> judge_networkd(const std::string& file, std::string_view text,
                                      const NetworkSettings& network) {
  const auto entries = parse_ini(text);
  if (!is_yes(value_in(entries, "Network", "DHCPServer"))) return std::nullopt;
  if (!matches(value_in(entries, "Match", "Name"), network.interface)) return std::nullopt;
  return finding(
      fmt::format("systemd-networkd runs a DHCP server on {} (DHCPServer= in {})", network.interface, file),
      fmt::format("set DHCPServer=no in {}, then networkctl reload", file));
}

std::optional<Finding> judge_connman(const std::string& file, std::string_view text,
                                     const NetworkSettings& network) {
  const auto entries = parse_ini(text);
  if (!is_yes(value_in(entries, "Wired", "Tethering"))) return std::nullopt;
  return finding(
      fmt::format("ConnMan shares this machine's connection by cable, {} perhaps (Tethering in {}): "
                  "it runs a DHCP server there",
                  network.interface, file),
      "connmanctl tether ethernet off");
}

}  // namespace rootstock::server
