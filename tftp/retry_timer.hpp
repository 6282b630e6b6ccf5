#pragma once
// When to send again: measured per transfer as TCP does (RFC 6298), for links where a round trip takes 0.1 ms
// and a second is an age.

#include <chrono>
#include <optional>

namespace rootstock::tftp {

using Time = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class RetryTimer {
 public:
  /// `wish`: the client's own timeout option (RFC 2349). It is the longest wait, not the only one: U-Boot
  /// asks for 5 s, and a kernel of 4 MB over a wire that loses 2 % would take ten minutes of waiting.
  explicit RetryTimer(std::optional<Duration> wish) : wish_(wish) {}

  /// One round trip. Only of something sent once (Karn): else nobody knows which sending was answered.
  void measured(Duration round_trip);
  void backed_off();
  void progressed() { doublings_ = 0; }

  Duration interval() const;
  /// How long a client may stay silent before its transfer is given up.
  Duration patience() const;
  /// Smoothed round trip; zero before the first measurement.
  Duration round_trip() const { return smoothed_.value_or(Duration::zero()); }

 private:
  std::optional<Duration> wish_;
  std::optional<Duration> smoothed_;
  Duration variation_{};
  int doublings_ = 0;
};

}  // namespace rootstock::tftp
