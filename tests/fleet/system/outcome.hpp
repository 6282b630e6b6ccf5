#pragma once
// What became of a fleet: values for the report and for programs.

#include <optional>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

/// How far a board has to come.
enum class Goal : std::uint8_t { dhcp, kernel, up };

struct BoardOutcome {
  std::string name, group, dialect;
  Mac mac;
  std::optional<Ipv4> address;
  bool counts = true;  ///< false: it misbehaves on purpose, and nobody expects it to come up
  std::optional<Tick> powered_at, reached_at;
  std::string stage;    ///< the last one, in words
  std::string failure;  ///< why it is not further; empty when it is
  std::string label;    ///< the generation it booted
  Progress firmware;
  unsigned node_retries = 0;
  unsigned waits = 0;  ///< times the head held it at its gate
  std::uint64_t node_bytes = 0;
  std::vector<Step> timeline;  ///< of firmware and node, in order

  std::optional<Tick> took() const {
    if (!reached_at || !powered_at) return std::nullopt;
    return *reached_at - *powered_at;
  }
};

struct FleetOutcome {
  Goal goal = Goal::up;
  std::vector<BoardOutcome> boards;
  std::vector<std::string> differences;  ///< of content; any is a fault
  std::vector<std::string> checked;      ///< "compute/1: squashfs, 3 boot files and 120 pieces"
  Tick took{};                           ///< until the last one was there, or the end of patience
  bool in_time = true;
  std::string
      left_behind;  ///< as the head calls the nodes that it keeps, "node01,node02"; empty: it ends with us
  std::uint64_t frames_up = 0, lost_up = 0, frames_down = 0, lost_down = 0;
  std::uint64_t overflowed = 0;  ///< of the lost ones: found a port's queue full

  bool good() const;
};

std::string_view name_of(Goal goal);
std::optional<Goal> goal_named(std::string_view word);

/// For people, for programs.
std::string report_text(const FleetOutcome& outcome);
std::string report_json(const FleetOutcome& outcome);

}  // namespace rootstock::fleet
