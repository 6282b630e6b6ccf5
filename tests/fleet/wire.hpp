#pragma once
// One direction of a cable with a will of its own: loses, doubles, delays and paces frames by seed. Pure:
// frames and times in, frames and times out.

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

struct Weather {
  double loss = 0, doubled = 0, late = 0;  ///< chance of each, for every frame
  Tick latency{100};
  Tick lateness{3000};                ///< how much later a late frame comes, at most: enough to be overtaken
  std::uint64_t bits_per_second = 0;  ///< 0: no limit
  std::uint64_t queue_bytes = 0;      ///< so many wait for the wire, as in a switch's port; 0: no limit
  /// Boards share the port, as the queue that systemd gives a Linux interface has it (fq_codel: a turn for
  /// each flow, and what is too much is taken from the longest); otherwise first come, first served.
  bool fair = false;
  std::uint32_t seed = 1;
};

class Wire {
 public:
  explicit Wire(const Weather& weather) : weather_(weather), random_(weather.seed) {}

  void send(Frame frame, Tick now);
  /// When the next frame arrives.
  std::optional<Tick> next() const;
  /// The next frame that has arrived by `now`.
  std::optional<Frame> take(Tick now);

  std::uint64_t sent() const { return sent_; }
  std::uint64_t lost() const { return lost_; }
  /// Of those: found the queue full.
  std::uint64_t overflowed() const { return overflowed_; }

 private:
  using Flow = Mac;  ///< whom the frame is for

  bool chance(double p);
  bool queue_is_full(Tick now) const;
  Tick time_for(std::size_t bytes) const;
  void enqueue(Frame frame, Tick now);
  void serve(Tick now);
  void leave(Frame frame);

  Weather weather_;
  std::mt19937 random_;
  std::multimap<Tick, Frame> under_way_;
  std::map<Flow, std::deque<Frame>> waiting_;  ///< only where it is fair
  Flow served_;
  std::uint64_t waiting_bytes_ = 0;
  Tick free_at_{};
  std::uint64_t sent_ = 0, lost_ = 0, overflowed_ = 0;
};

}  // namespace rootstock::fleet
