#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/fleet/system/outcome.hpp"

namespace rootstock::fleet {
namespace {

constexpr std::size_t slowest_shown = 5, failed_shown = 10, lines_shown = 40;

double seconds(Tick time) { return static_cast<double>(time.count()) / 1e6; }
double mega(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

bool failed(const BoardOutcome& board) { return board.counts && !board.reached_at; }

struct GroupSum {
  unsigned boards = 0, there = 0, dhcp = 0, requests = 0, misses = 0, probes = 0, retries = 0, boots = 0;
  std::uint64_t bytes = 0;
  std::vector<Tick> times;

  void add(const BoardOutcome& board) {
    ++boards;
    there += board.reached_at.has_value();
    dhcp += board.firmware.dhcp_sent;
    requests += board.firmware.requests;
    misses += board.firmware.misses;
    probes += board.firmware.probes;
    retries += board.firmware.retries + board.node_retries;
    boots += board.firmware.boots;
    bytes += board.firmware.bytes + board.node_bytes;
    if (const auto took = board.took()) times.push_back(*took);
    std::sort(times.begin(), times.end());
  }
};

std::string row(const std::string& name, const GroupSum& sum) {
  const auto median =
      sum.times.empty() ? "-" : fmt::format("{:.1f} s", seconds(sum.times[sum.times.size() / 2]));
  const auto slowest = sum.times.empty() ? "-" : fmt::format("{:.1f} s", seconds(sum.times.back()));
  return fmt::format("{:<12} {:>6} {:>6} {:>9} {:>9} {:>9.1f} {:>8} {:>7} {:>7} {:>8} {:>6}\n", name,
                     sum.boards, sum.there, median, slowest, mega(sum.bytes), sum.requests, sum.misses,
                     sum.probes, sum.retries, sum.boots);
}

std::string table(const FleetOutcome& outcome) {
  std::map<std::string, GroupSum> groups;
  GroupSum all;
  for (const auto& board : outcome.boards) {
    groups[board.group].add(board);
    all.add(board);
  }
  auto text = fmt::format("{:<12} {:>6} {:>6} {:>9} {:>9} {:>9} {:>8} {:>7} {:>7} {:>8} {:>6}\n", "boards",
                          "number", name_of(outcome.goal), "median", "slowest", "MB", "requests", "misses",
                          "probes", "retries", "boots");
  for (const auto& [name, sum] : groups) text += row(name, sum);
  if (groups.size() > 1) text += row("all", all);
  return text;
}

std::string slowest(const FleetOutcome& outcome) {
  std::vector<const BoardOutcome*> there;
  for (const auto& board : outcome.boards)
    if (board.reached_at) there.push_back(&board);
  std::sort(there.begin(), there.end(), [](auto* a, auto* b) { return *a->took() > *b->took(); });
  std::string text;
  for (std::size_t number = 0; number < std::min(slowest_shown, there.size()); ++number) {
    const auto& board = *there[number];
    text += fmt::format("  {:<14} {} {:>7.1f} s, {} retries, {} boots\n", board.name, board.mac.text(),
                        seconds(*board.took()), board.firmware.retries + board.node_retries,
                        board.firmware.boots);
  }
  return text.empty() ? text : "slowest:\n" + text;
}

std::string failure(const BoardOutcome& board) {
  auto text = fmt::format("{} ({}, {}) is not there. Stage: {}. {}\n", board.name, board.dialect,
                          board.mac.text(), board.stage, board.failure);
  const auto& steps = board.timeline;
  const auto skipped = steps.size() > lines_shown ? steps.size() - lines_shown : 0;
  if (skipped > 0) text += fmt::format("    ({} earlier steps)\n", skipped);
  for (auto number = skipped; number < steps.size(); ++number)
    text += fmt::format("    {:>8.3f} s  {}\n", seconds(steps[number].at), steps[number].what);
  return text;
}

}  // namespace

bool FleetOutcome::good() const {
  return in_time && differences.empty() && std::none_of(boards.begin(), boards.end(), failed);
}

std::string_view name_of(Goal goal) {
  switch (goal) {
    case Goal::dhcp: return "dhcp";
    case Goal::kernel: return "kernel";
    case Goal::up: return "up";
  }
  return "?";
}

std::optional<Goal> goal_named(std::string_view word) {
  for (const auto goal : {Goal::dhcp, Goal::kernel, Goal::up})
    if (word == name_of(goal)) return goal;
  return std::nullopt;
}

std::string report_text(const FleetOutcome& outcome) {
  auto text = table(outcome) + slowest(outcome);
  std::size_t shown = 0, failures = 0;
  for (const auto& board : outcome.boards) {
    if (!failed(board)) continue;
    ++failures;
    if (++shown <= failed_shown) text += failure(board);
  }
  if (failures > failed_shown)
    text += fmt::format("and {} more boards are not there\n", failures - failed_shown);
  for (const auto& line : outcome.checked) text += "checked " + line + "\n";
  for (const auto& line : outcome.differences) text += "CONTENT: " + line + "\n";
  const auto expected =
      std::count_if(outcome.boards.begin(), outcome.boards.end(), [](auto& b) { return b.counts; });
  text += fmt::format("{} of {} boards {} after {:.1f} s; frames sent {} up, {} down; lost {} and {}\n",
                      expected - static_cast<std::ptrdiff_t>(failures), expected, name_of(outcome.goal),
                      seconds(outcome.took), outcome.frames_up, outcome.frames_down, outcome.lost_up,
                      outcome.lost_down);
  if (!outcome.left_behind.empty())
    text += fmt::format(
        "The head on that wire keeps them as nodes. There, this takes them away: sudo rootstock nodes forget "
        "{}\n",
        outcome.left_behind);
  return text;
}

}  // namespace rootstock::fleet
