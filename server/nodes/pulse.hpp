#pragma once
// Whether the system on a node is alive: what its latest heartbeat said, what it was ordered, how it went
// down. Lives beside the boot record, and in memory alone: after a restart of the head it is there again
// with the next heartbeat.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "server/story/boot_record.hpp"

namespace rootstock::server {

/// How often a node tells that it is alive; we say so in each answer.
inline constexpr std::chrono::seconds beat_interval{15};
/// One heartbeat may be lost and one be late; after three there is nobody.
inline constexpr std::chrono::seconds lost_after = 3 * beat_interval;

/// What one heartbeat said.
struct Beat {
  std::string boot;                     ///< /proc/sys/kernel/random/boot_id: another one is another system
  std::string generation;               ///< its label
  double uptime = 0;                    ///< seconds
  double clock_ahead = 0;               ///< seconds that the node's clock is ahead of ours
  std::uint64_t memory = 0, total = 0;  ///< MiB: left, and of the whole machine
  std::uint64_t oom = 0;                ///< how often the kernel ended a program because memory had run out
  std::optional<double> temperature;    ///< of the hottest sensor, in degrees Celsius
  std::uint32_t throttled = 0;          ///< a Raspberry Pi's word: bit 0 too little voltage, 2 throttled, ...
  std::optional<int> root_ms;           ///< of a read of its root past every cache; -1: no answer
  std::string slurmd;                   ///< "active", "inactive", "absent"
};

struct Pulse {
  std::string boot;  ///< of the system that we take for the node's
  std::string next;  ///< of the one that asks at the gate now, and will be the node's
  std::optional<Moment> beat_at;
  Beat beat;  ///< the latest; counts when `beat_at` is set
  std::optional<Moment> down_at;
  std::string down_how;            ///< "reboot", "poweroff", "halt"
  std::optional<Moment> expected;  ///< since when somebody waits for heartbeats
  std::optional<Moment> lost_at;   ///< when it was found to be lost; none: it is not

  std::string order;  ///< "", "reboot", "poweroff": goes out with each answer to a heartbeat until cleared
  std::optional<Moment> order_told;

  /// Somebody else who has this node's token and address speaks for another system: two boards, one identity.
  std::string other_boot;
  std::optional<Moment> other_at;

  /// A board's initramfs asks at the gate: from now on, heartbeats of that system are the node's.
  void on_gate(const std::string& boot);
  void on_up(const std::string& boot, Moment now);
  /// False: it is another system's than the one that we take for the node's, and was not taken.
  bool on_beat(Beat said, Moment now);
  void on_down(const std::string& how, Moment now);

  bool alive(Moment now) const { return beat_at && !down_at && now - *beat_at <= lost_after; }

 private:
  void take_over(const std::string& boot);
};

/// What changed from one heartbeat to the next and is worth telling, in words; "" when nothing is.
std::string news_between(const Beat& before, const Beat& now);

/// A Raspberry Pi's get_throttled in words: "too little voltage, throttled"; "" when all is well now.
std::string throttling_words(std::uint32_t throttled);

}  // namespace rootstock::server
