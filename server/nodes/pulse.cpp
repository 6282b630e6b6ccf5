#include "server/nodes/pulse.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace rootstock::server {
namespace {

/// Hotter than this, a board slows down before long: a Pi begins at 80 degrees (its firmware's temp_limit is
/// 85).
constexpr double hot = 80;
/// What slurmd and a login need; below it the next program may be ended.
constexpr std::uint64_t scarce_mib = 64;

bool is_hot(const Beat& beat) { return beat.temperature && *beat.temperature >= hot; }
bool is_scarce(const Beat& beat) { return beat.total != 0 && beat.memory < scarce_mib; }
bool root_silent(const Beat& beat) { return beat.root_ms && *beat.root_ms < 0; }

void add(std::string& words, const std::string& more) {
  if (!words.empty()) words += "; ";
  words += more;
}

/// What is bad and was not, or is well again.
void add_turn(std::string& words, bool was, bool is, const std::string& bad, const std::string& well) {
  if (is && !was) add(words, bad);
  if (was && !is) add(words, well);
}

}  // namespace

void Pulse::take_over(const std::string& system) {
  if (boot == system) return;
  boot = system;
  beat_at.reset();
  lost_at.reset();
  other_boot.clear();
  other_at.reset();
  down_at.reset();
  order.clear();  // it was for the system before this one
  order_told.reset();
}

void Pulse::on_gate(const std::string& system) { next = system; }

void Pulse::on_up(const std::string& system, Moment now) {
  take_over(system);
  next.clear();
  down_at.reset();
  down_how.clear();
  lost_at.reset();
  expected = now;
}

bool Pulse::on_beat(Beat said, Moment now) {
  // A head that was restarted knows no system yet, and takes the first that speaks; one that has been silent
  // may have been replaced while nobody looked.
  const bool known = said.boot == boot;
  if (!known && !boot.empty() && said.boot != next && alive(now)) {
    other_boot = said.boot;
    other_at = now;
    return false;
  }
  if (!known) take_over(said.boot);
  if (down_at && now - *down_at < lost_after) return true;  // was under way when it said that it goes down
  down_at.reset();                                          // who speaks is not down
  down_how.clear();
  lost_at.reset();
  beat = std::move(said);
  beat_at = now;
  return true;
}

void Pulse::on_down(const std::string& how, Moment now) {
  down_at = now;
  down_how = how;
  lost_at.reset();
  order.clear();
  order_told.reset();
}

std::string throttling_words(std::uint32_t throttled) {
  constexpr std::array<std::pair<std::uint32_t, const char*>, 4> bits{{{1, "too little voltage"},
                                                                       {2, "its frequency is capped"},
                                                                       {4, "throttled"},
                                                                       {8, "near its temperature limit"}}};
  std::string words;
  for (const auto& [bit, text] : bits) {
    if ((throttled & bit) == 0) continue;
    if (!words.empty()) words += ", ";
    words += text;
  }
  return words;
}

std::string news_between(const Beat& before, const Beat& now) {
  std::string words;
  add_turn(words, root_silent(before), root_silent(now), "its root does not answer",
           "its root answers again");
  if (now.oom > before.oom && now.boot == before.boot)
    add(words, fmt::format("out of memory: the kernel ended {} program{}", now.oom - before.oom,
                           now.oom - before.oom == 1 ? "" : "s"));
  add_turn(words, is_scarce(before), is_scarce(now), fmt::format("only {} MB of memory left", now.memory),
           fmt::format("{} MB of memory are free again", now.memory));
  add_turn(words, is_hot(before), is_hot(now), fmt::format("hot: {:.0f} °C", now.temperature.value_or(0)),
           "no longer hot");
  const auto limits = throttling_words(now.throttled);
  if (limits != throttling_words(before.throttled))
    add(words, limits.empty() ? "no longer held back by its power or heat" : limits);
  if (now.slurmd != before.slurmd && !before.slurmd.empty())
    add(words, now.slurmd == "active" ? "slurmd runs" : "slurmd does not run");
  return words;
}

}  // namespace rootstock::server
