#include "server/slurm/slurm_nodes.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

namespace rootstock::server {
namespace {

/// sinfo(1), "NODE STATE CODES": what may stand behind a state.
constexpr std::string_view suffixes = "*~#!%$@^-+";

std::string lower(std::string_view text) {
  std::string small{text};
  std::ranges::transform(small, small.begin(), [](unsigned char c) { return std::tolower(c); });
  return small;
}

bool is_state(std::string_view word) {
  return !word.empty() &&
         std::ranges::all_of(word, [](unsigned char c) { return std::islower(c) || c == '_'; });
}

/// "node01|idle*|none"
std::optional<std::pair<std::string, SlurmNode>> parse_line(std::string_view line) {
  const auto first = line.find('|');
  const auto second = first == std::string_view::npos ? first : line.find('|', first + 1);
  if (second == std::string_view::npos || first == 0) return std::nullopt;
  SlurmNode node;
  node.shown = lower(line.substr(first + 1, second - first - 1));
  const auto word = std::string_view{node.shown};
  const auto end = std::min(word.find_first_of(suffixes), word.size());
  const auto marks = word.substr(end);
  node.state = word.substr(0, end);
  if (!is_state(node.state)) return std::nullopt;
  node.responds = marks.find('*') == std::string_view::npos;
  node.asleep = marks.find_first_of("~%") != std::string_view::npos;
  node.rebooting = marks.find_first_of("@^") != std::string_view::npos;
  if (const auto reason = line.substr(second + 1); reason != "none") node.reason = reason;
  return std::pair{std::string{line.substr(0, first)}, std::move(node)};
}

}  // namespace

bool SlurmNode::registered() const {
  // "unk" and its like: never registered since the controller knows of it; "reboot": on its way.
  constexpr std::array<std::string_view, 8> absent{"down",         "unknown", "future",        "error",
                                                   "powered_down", "reboot",  "powering_down", "powering_up"};
  return responds && !asleep && std::ranges::find(absent, state) == absent.end();
}

SlurmNodes parse_sinfo(std::string_view text) {
  SlurmNodes nodes;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto node = parse_line(text.substr(0, end))) nodes.insert(std::move(*node));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return nodes;
}

}  // namespace rootstock::server
