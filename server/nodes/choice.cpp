#include "server/nodes/choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/diagnostic.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

std::vector<Node*> everybody(Registry& registry, std::optional<Standing> standing) {
  std::vector<Node*> nodes;
  for (auto& [number, node] : registry.nodes())
    if (!standing || node.record.standing == *standing) nodes.push_back(&node);
  return nodes;
}

Node* find(Registry& registry, const std::string& word) {
  if (Node* node = registry.by_name(word); node != nullptr) return node;
  const auto mac = Mac::parse(word);
  return mac && *mac != Mac{} ? registry.by_mac(*mac) : nullptr;
}

Failure unknown(Registry& registry, const std::vector<std::string>& words) {
  constexpr std::size_t most_guesses = 4;
  std::vector<std::string> names;
  for (const auto& [number, node] : registry.nodes()) names.push_back(node.record.name);
  std::string guesses;
  for (std::size_t i = 0; i < words.size() && i < most_guesses; ++i)
    if (const auto meant = nearest(words[i], names); !meant.empty())
      guesses += fmt::format("did you mean {} by {}? ", meant, words[i]);
  return {fmt::format("there is no node {}", fold(words)), guesses + "`rootstock nodes` lists them"};
}

}  // namespace

Result<std::vector<Node*>, Failure> choose(Registry& registry, std::string_view list,
                                           std::optional<Standing> all) {
  const auto words = expand(list);
  if (!words) return tl::unexpected{words.error()};
  std::vector<Node*> nodes;
  std::vector<std::string> strangers;
  const auto add = [&](Node* node) {
    if (std::find(nodes.begin(), nodes.end(), node) == nodes.end()) nodes.push_back(node);
  };
  for (const auto& word : *words) {
    if (word == "all") {
      for (Node* node : everybody(registry, all)) add(node);
    } else if (Node* node = find(registry, word); node != nullptr) {
      add(node);
    } else {
      strangers.push_back(word);
    }
  }
  if (!strangers.empty()) return tl::unexpected{unknown(registry, strangers)};
  if (nodes.empty() && all.value_or(Standing::member) != Standing::member)
    return fail(fmt::format("nobody is {}", name_of(*all)), "`rootstock nodes` shows who is there");
  if (nodes.empty()) return fail("there is no node yet", "`rootstock nodes` shows who is there");
  return nodes;
}

}  // namespace rootstock::server
