#include "server/nodes/alive.hpp"

namespace rootstock::server {

bool runs(const Node& node, Clocks now) {
  constexpr auto remembered = std::chrono::minutes{3};
  if (node.pulse.down_at || node.pulse.lost_at) return false;
  if (node.pulse.beat_at) return node.pulse.alive(now.moment);
  return node.record.last_heard != Time{} && now.wall - node.record.last_heard < remembered;
}

bool is_alive(const Node& node, Clocks now) {
  // Longer than any firmware is silent between two files.
  constexpr auto boot_under_way = std::chrono::minutes{5};
  const auto& boot = node.boot;
  const bool boots = boot.watched() && boot.stage() != Stage::none && boot.stage() != Stage::off &&
                     now.moment - boot.stage_since() < boot_under_way;
  return runs(node, now) || (boots && !node.pulse.down_at && !node.pulse.lost_at);
}

}  // namespace rootstock::server
