#include "config/validate_nodes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "config/letters.hpp"
#include "config/node_words.hpp"

namespace rootstock {
namespace {

void note(const Result<void, Failure>& checked, const std::string& key, Source& source) {
  if (!checked && source.sound(key)) source.fault(key, checked.error().what, checked.error().hint);
}

void nodes(const NodeSettings& nodes, Source& source) {
  if (source.sound("nodes.digits"))
    note(check_name_prefix(nodes.prefix, nodes.digits), "nodes.prefix", source);
  note(check_image_name(nodes.image), "nodes.image", source);
  note(check_kernel_options(nodes.kernel_options), "nodes.kernel_options", source);
}

void boards(const GroupSettings& group, const std::string& key, Source& source) {
  for (std::size_t i = 0; i < group.boards.size(); ++i) {
    const auto& words = board_words();
    const auto& word = group.boards[i];
    if (std::find(words.begin(), words.end(), word) != words.end()) continue;
    const auto meant = nearest(word, words);
    source.fault(fmt::format("{}[{}]", key, i), fmt::format("\"{}\" is no kind of board", word),
                 meant.empty() ? fmt::format("one of {}", fmt::join(words, ", "))
                               : fmt::format("did you mean \"{}\"?", meant));
  }
}

void group(const GroupSettings& group, Source& source) {
  const auto key = "groups." + group.name;
  if (!is_host_label(group.name))
    source.fault(key, fmt::format("\"{}\" cannot be the name of a group", group.name),
                 "letters, digits and inner '-'");
  if (source.has(key + ".prefix") && source.sound(key + ".digits"))
    note(check_name_prefix(group.prefix, group.digits), key + ".prefix", source);
  if (source.has(key + ".image")) note(check_image_name(group.image), key + ".image", source);
  note(check_kernel_options(group.kernel_options), key + ".kernel_options", source);
  if (source.sound(key + ".boards")) boards(group, key + ".boards", source);
}

/// With one prefix for two groups, a node's name would no longer say where it belongs.
void prefixes_differ(const Settings& settings, Source& source) {
  std::map<std::string, std::string> taken{{settings.nodes.prefix, "[nodes]"}};
  for (const auto& group : settings.groups) {
    if (group.prefix.empty()) continue;
    const auto [first, is_new] = taken.try_emplace(group.prefix, fmt::format("[groups.{}]", group.name));
    const auto key = "groups." + group.name + ".prefix";
    if (!is_new && source.sound(key))
      source.fault(key, fmt::format("\"{}\" is the prefix of {} too", group.prefix, first->second),
                   "give each group a prefix of its own, or none: then it is named as [nodes] says");
  }
}

/// A new board comes into the group that names it; two would leave that to chance.
void boards_belong_to_one(const Settings& settings, Source& source) {
  std::map<std::string, std::string> taken;
  for (const auto& group : settings.groups)
    for (std::size_t i = 0; i < group.boards.size(); ++i) {
      const auto [first, is_new] = taken.try_emplace(group.boards[i], group.name);
      const auto key = fmt::format("groups.{}.boards[{}]", group.name, i);
      if (!is_new && source.sound(key))
        source.fault(key, fmt::format("\"{}\" is in the group {} too", group.boards[i], first->second),
                     "a kind of board belongs to one group");
    }
}

void enough_seats(const Settings& settings, Source& source) {
  const auto seats = static_cast<std::size_t>(settings.slurm.max_nodes);
  if (settings.declared.size() <= seats || !source.sound("slurm.max_nodes")) return;
  source.fault(
      fmt::format("node[{}]", seats),
      fmt::format("{} nodes are declared, and slurm.max_nodes is {}", settings.declared.size(), seats),
      "raise slurm.max_nodes");
}

}  // namespace

void validate_nodes(const Settings& settings, Source& source) {
  nodes(settings.nodes, source);
  for (const auto& each : settings.groups) group(each, source);
  prefixes_differ(settings, source);
  boards_belong_to_one(settings, source);
  enough_seats(settings, source);
}

}  // namespace rootstock
