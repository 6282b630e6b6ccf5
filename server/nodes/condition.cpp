#include "server/nodes/condition.hpp"

#include <fmt/format.h>

#include <cmath>

#include "server/story/words.hpp"

namespace rootstock::server {
namespace {

/// Silent since its latest heartbeat, or since somebody waits for one.
std::optional<std::chrono::seconds> silence(const Pulse& pulse, Moment now) {
  const auto since = pulse.beat_at ? pulse.beat_at : pulse.expected;
  if (!since) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::seconds>(now - *since);
}

/// It said that it goes down, to us or to the head as it ran before.
bool is_off(const Node& node) {
  if (node.pulse.down_at) return true;
  return !node.pulse.beat_at && !node.boot.watched() && node.record.last_heard == Time{};
}

std::string off_words(const Node& node) {
  const auto& how = node.pulse.down_at ? node.pulse.down_how : node.boot.data().down;
  if (how == "reboot") return "reboots";
  return how.empty() ? "shut down" : "shut down (" + how + ")";
}

/// It was told to wait, and asks again and again: the queue has no place for who is silent for a minute
/// (admission.hpp), and a board that was switched off there waits for nothing.
bool waits(const Node& node, Moment now) {
  constexpr std::chrono::minutes longest_silence{2};
  const auto& boot = node.boot.data();
  return !boot.held.empty() && now - boot.heard < longest_silence;
}

/// Of a board that boots, no word for longer than any of them needs between two: "" when it is not so. Why,
/// its story says, which knows firmwares.
std::string stuck(const Node& node, Moment now) {
  constexpr std::chrono::minutes while_loading{2}, while_its_system_starts{5};
  const auto& boot = node.boot.data();
  if (boot.heard == Moment{} || boot.fetching > 0 || boot.stage == Stage::none) return {};
  const auto patience = boot.stage == Stage::root ? while_its_system_starts : while_loading;
  if (now - boot.heard < patience) return {};
  return fmt::format("silent for {} minutes or more: rootstock story {} says why", patience.count(),
                     node.record.name);
}

/// What keeps a node that says it is up from being up; "" when nothing does.
std::string hindrance(const Node& node, const SlurmSays& slurm) {
  const auto& beat = node.pulse.beat;
  if (!node.pulse.beat_at) return "waiting for its first heartbeat";
  if (beat.root_ms && *beat.root_ms < 0)
    return "its root does not answer: is NFS-Ganesha up, the cable good?";
  if (!beat.root_ms) return "has not read its root yet";
  if (std::abs(beat.clock_ahead) > clock_tolerance)
    return fmt::format("its clock is {:.0f} s {}", std::abs(beat.clock_ahead),
                       beat.clock_ahead > 0 ? "ahead" : "behind");
  if (!slurm.matters) return {};
  if (!slurm.answers)
    return beat.slurmd == "active" ? "" : "slurmd does not run (and Slurm's controller does not answer)";
  if (slurm.node == nullptr) return "slurmd has not registered";
  if (!slurm.node->registered()) return "Slurm says " + slurm.node->shown;
  return {};
}

/// Why it gets no jobs. What `rootstock shutdown` and `reboot` mark they take off again, however they end;
/// unless Slurm did not answer just then, or their machine was switched off.
std::string drain_words(const std::string& name, const SlurmNode& seen) {
  auto words = "Slurm: " + seen.shown;
  if (!seen.reason.empty()) words += ", " + seen.reason;
  if (seen.reason.starts_with("rootstock ") && !seen.rebooting)
    words += fmt::format(" (if that runs no more: scontrol update nodename={} state=undrain)", name);
  return words;
}

/// Worth knowing of a node that is up.
std::string remark(const Node& node, const SlurmSays& slurm) {
  if (slurm.matters && !slurm.answers) return "Slurm's controller does not answer";
  if (const auto words = throttling_words(node.pulse.beat.throttled); !words.empty()) return words;
  if (slurm.node != nullptr && slurm.node->state.starts_with("drain"))
    return drain_words(node.record.name, *slurm.node);
  return {};
}

}  // namespace

bool is_lost(const Node& node, Moment now) {
  if (node.boot.stage() != Stage::up || node.record.vacant() || is_off(node)) return false;
  const auto silent = silence(node.pulse, now);
  return silent && *silent > lost_after;
}

namespace {

/// Whatever is to become of its seat.
Condition own_condition(const Node& node, const SlurmSays& slurm, Moment now) {
  const auto& record = node.record;
  if (record.vacant()) return {"vacant", record.awaited ? "waits for the board that replaces its own" : ""};
  if (record.standing != Standing::member) return {std::string{name_of(record.standing)}, record.doubt};
  const auto stage = node.boot.stage();
  if (stage == Stage::off) return {"off", off_words(node)};
  if (stage != Stage::up && waits(node, now)) return {"queued", node.boot.data().held};
  if (stage != Stage::up)
    return {std::string{name_of(stage)},
            node.boot.trouble().empty() ? stuck(node, now) : node.boot.trouble()};
  if (is_off(node)) return {"off", off_words(node)};
  if (is_lost(node, now))
    return {"lost", "no heartbeat for " + span_words(static_cast<double>(silence(node.pulse, now)->count()))};
  if (auto why = hindrance(node, slurm); !why.empty()) return {"starting", std::move(why)};
  return {"up", record.doubt.empty() ? remark(node, slurm) : record.doubt};
}

}  // namespace

Condition condition_of(const Node& node, const SlurmSays& slurm, Moment now) {
  auto condition = own_condition(node, slurm, now);
  if (node.record.awaited && !node.record.vacant())
    condition.detail +=
        (condition.detail.empty() ? "" : "; ") + std::string{"the next new board takes its seat"};
  return condition;
}

}  // namespace rootstock::server
