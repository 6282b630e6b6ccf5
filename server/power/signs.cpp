#include "server/power/signs.hpp"

namespace rootstock::server {
namespace {

/// It loads, or its kernel starts: before long it needs its root. Its firmware answers no knocks, and a
/// kernel that starts is silent for a minute or two.
bool comes_up(const BootRecord& boot, Moment now) {
  constexpr std::chrono::minutes longest_silence{3};
  const auto stage = boot.stage();
  const bool under_way = stage >= Stage::loader && stage != Stage::up && stage != Stage::off;
  return boot.watched() && under_way && now - boot.data().heard < longest_silence;
}

}  // namespace

Signs signs_of(const Node& node, std::optional<Moment> answer, Moment now) {
  const auto& pulse = node.pulse;
  Signs signs;
  signs.alive = pulse.alive(now) || comes_up(node.boot, now);
  signs.told = pulse.order_told;
  signs.beat = pulse.beat_at;
  signs.answer = answer;
  if (node.boot.watched()) signs.booting = node.boot.started();
  const bool boots_since = signs.booting && pulse.down_at && *signs.booting > *pulse.down_at;
  if (!boots_since) signs.down = pulse.down_at;
  return signs;
}

}  // namespace rootstock::server
