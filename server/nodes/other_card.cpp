#include "server/nodes/other_card.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/nodes/alive.hpp"
#include "server/nodes/identity.hpp"

namespace rootstock::server {
namespace {

bool may_be_one_board(const NodeRecord& one, const NodeRecord& other) {
  return one.number != other.number && other.standing == Standing::member && one.uuid == other.uuid &&
         one.dialect == other.dialect;
}

/// The only other seat that says the same; of a batch that all say it, none.
const Node* other_seat(Registry& registry, const NodeRecord& record) {
  const Node* found = nullptr;
  for (const auto& [number, node] : registry.nodes()) {
    if (!may_be_one_board(record, node.record)) continue;
    if (found != nullptr) return nullptr;
    found = &node;
  }
  return found;
}

}  // namespace

std::optional<Failure> other_card(Registry& registry, const Node& node, Clocks now) {
  if (node.record.standing != Standing::member || !identifies(node.record.uuid)) return std::nullopt;
  const Node* other = other_seat(registry, node.record);
  if (other == nullptr || is_alive(node, now) == is_alive(*other, now)) return std::nullopt;
  // The seat that there was first has the name that people know.
  const auto& [first, second] = std::minmax(node.record, other->record,
                                            [](const auto& a, const auto& b) { return a.number < b.number; });
  return Failure{
      fmt::format(
          "{} ({}) and {} ({}) say the same UUID, and one of them is silent: one board with two network "
          "cards?",
          first.name, first.mac.text(), second.name, second.mac.text()),
      fmt::format(
          "if it is one board, let its firmware boot from one card only, and give its other seat up: "
          "rootstock nodes forget {0}; to go on with the card {1} as {2}: shut {0} down, forget it, then "
          "rootstock nodes replace {2} --with {1}",
          second.name, second.mac.text(), first.name)};
}

}  // namespace rootstock::server
