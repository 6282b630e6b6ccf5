#include "server/story/lookout.hpp"

#include "server/links/neighbour.hpp"
#include "server/nodes/other_card.hpp"

namespace rootstock::server {
namespace {

/// slurmctld may be restarted; only what lasts is told.
constexpr std::chrono::seconds slurm_settles{30};

Heartbeat heartbeat_of(const Pulse& pulse) {
  return {.last = *pulse.beat_at,
          .interval = beat_interval,
          .clock_off = pulse.beat.clock_ahead,
          .oom = static_cast<int>(pulse.beat.oom),
          .memory_left = static_cast<double>(pulse.beat.memory),
          .memory = static_cast<double>(pulse.beat.total),
          .slurmd = pulse.beat.slurmd};
}

}  // namespace

Lookout::Lookout(const Settings& settings, Registry& registry, const FrontDesk& desk, const SlurmWatch& slurm,
                 const SpanningTreeListener& bridges)
    : interface_(settings.network.interface),
      registry_(registry),
      desk_(desk),
      slurm_(slurm),
      bridges_(bridges) {}

int Lookout::booting_beside(const Node& node) const {
  int count = 0;
  for (const auto& [number, other] : registry_.nodes()) {
    const auto stage = other.boot.stage();
    if (&other != &node && stage >= Stage::loader && stage <= Stage::overlay) ++count;
  }
  return count;
}

Surroundings Lookout::around(const Node& node, Moment now) const {
  Surroundings seen;
  seen.head_started = head_started_;
  seen.booting = booting_beside(node);
  seen.rival = desk_.rival();
  if (!seen.rival.unset())
    if (const auto mac = neighbour_at(interface_, seen.rival)) seen.rival_mac = mac->text();
  seen.spanning_tree = bridges_.heard().has_value();
  seen.lost_since = node.pulse.lost_at;
  if (node.pulse.beat_at) seen.pulse = heartbeat_of(node.pulse);
  const auto since = slurm_.since();
  seen.slurm = slurm_.enabled() && since && now - *since >= slurm_settles;
  seen.slurm_answers = slurm_.answers();
  seen.slurm_state = slurm_.state_of(node.record.name);
  return seen;
}

Conclusion Lookout::conclude(const Node& node, const BootRecord& boot, bool over) const {
  const auto now = Moment::clock::now();
  auto seen = around(node, now);
  seen.over = over;
  auto verdict = server::conclude(boot, node.record, seen, now);
  if (over) return verdict;
  if (const auto hint = other_card(registry_, node, {Time::clock::now(), now})) {
    verdict.words += " " + hint->what;
    verdict.to_do += (verdict.to_do.empty() ? "" : "; ") + hint->hint;
  }
  return verdict;
}

}  // namespace rootstock::server
