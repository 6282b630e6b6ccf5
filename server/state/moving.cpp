#include "server/state/moving.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

using namespace std::chrono_literals;

/// A row's last heartbeat is kept to the minute, and a settings file is not edited in one.
constexpr auto margin = 5min;

bool is_up(const Seated& node, std::chrono::seconds root_patience,
           std::chrono::system_clock::time_point now) {
  if (node.last_heard == std::chrono::system_clock::time_point{})
    return false;  // never, or it said that it goes down
  return root_patience == 0s || now - node.last_heard <= root_patience + margin;
}

/// A few with their addresses; of more, every name.
std::string list_of(const std::vector<Seated>& nodes) {
  constexpr std::size_t few = 8;
  std::vector<std::string> names, places;
  for (const auto& node : nodes) {
    names.push_back(node.name);
    places.push_back(fmt::format("{} ({})", node.name, node.address.text()));
  }
  return nodes.size() > few ? fold(std::move(names)) : fmt::format("{}", fmt::join(places, ", "));
}

}  // namespace

std::optional<HeadPlace> HeadPlace::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto head = Ipv4::parse(text.substr(0, slash));
  int prefix = 0;
  const auto* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + slash + 1, last, prefix);
  if (!head || error != std::errc{} || end != last || prefix < 1 || prefix > 32) return std::nullopt;
  return HeadPlace{*head, prefix};
}

std::string HeadPlace::text() const { return fmt::format("{}/{}", head.text(), prefix); }

bool fits(Ipv4 address, const NetworkSettings& network) {
  const auto& subnet = network.subnet;
  return subnet.contains(address) && address != network.address && address != subnet.network &&
         address != subnet.broadcast();
}

std::vector<Seated> cut_off(const Settings& settings, const std::optional<HeadPlace>& before,
                            const std::vector<Seated>& nodes, std::chrono::system_clock::time_point now) {
  const bool head_moves = before && before->head != settings.network.address;
  std::vector<Seated> found;
  for (const auto& node : nodes) {
    if (node.address.unset() || !is_up(node, settings.nodes.root_patience, now)) continue;
    if (head_moves || !fits(node.address, settings.network)) found.push_back(node);
  }
  return found;
}

Failure refusal(const Settings& settings, const std::optional<HeadPlace>& before,
                const std::vector<Seated>& affected) {
  const auto now = HeadPlace::of(settings.network).text();
  const auto from = before && before->text() != now ? " from " + before->text() : std::string{};
  return {
      fmt::format("{} node{} up, and the settings move the cluster network{} to {}: {}", affected.size(),
                  affected.size() == 1 ? " is" : "s are", from, now, list_of(affected)),
      "they would lose their root and their address. Put the old `address` back and switch them off first "
      "(`rootstock shutdown`); or, when they are off already or may be lost, `rootstock serve --move-nodes`: "
      "each gets a new address at its next boot"};
}

}  // namespace rootstock::server
