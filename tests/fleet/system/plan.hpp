#pragma once
// Which boards play, in words and as values: "pi3:16,pi4:16" and what each of them is like.

#include "config/result.hpp"
#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

/// What a node does wrong, from its initramfs on.
enum class NodeFault : std::uint8_t {
  none,
  no_root,        ///< takes its overlay and never gets its root
  slurm_silent,   ///< its slurmd fails
  wrong_clock,    ///< an hour behind
  out_of_memory,  ///< the kernel kills what it can
  lost,           ///< stops dead once it is up
  never_back,     ///< goes down in order when it is told to reboot, and that was that
};

/// One of the boards, with the name that the report gives it.
struct Player {
  std::string name;   ///< "pi4-07"
  std::string group;  ///< "pi4", "pi4 that never acks"
  BoardSpec spec;
  bool well_behaved = true;  ///< it is a fault when this one does not come up

  NodeFault fault = NodeFault::none;
  double loss = 0;           ///< chance of each of its frames, beside what the whole wire loses
  Tick port_learns{};        ///< so long after its link is up its switch port passes nothing (spanning tree)
  bool hears_rival = false;  ///< another DHCP server answers it before the head does
};

struct PlanWords {
  std::string boards{};       ///< "pi3:16,pi4:16,uefi:8"
  std::string misbehaving{};  ///< "never-ack:2,tight-loop:1,power-cut:3", or empty
  std::string faults{};       ///< "lost:1,slow-link:2": see faults.hpp
  std::uint32_t seed = 1;
  bool same_firmware = false;          ///< all of one kind of today's firmware, not a mix of years
  std::optional<Tick> power_cycled{};  ///< see BoardSpec
  std::uint8_t site = 0;               ///< part of every MAC, for several fleets on one wire
  std::optional<Mac> mac{};            ///< of the first board, where something else goes on in its name
};

/// Faults in the words are told with what would be right.
Result<std::vector<Player>, Failure> plan(const PlanWords& words);

/// "2%" or "0.02".
std::optional<double> parse_chance(std::string_view text);
/// "1000mbit", "1gbit", "10kbit", or a bare number of bits per second.
std::optional<std::uint64_t> parse_rate(std::string_view text);
/// "5s", "500ms", "10min", or a bare number of seconds.
std::optional<Tick> parse_time(std::string_view text);
/// "4MiB", "128KiB", or a bare number of bytes.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace rootstock::fleet
