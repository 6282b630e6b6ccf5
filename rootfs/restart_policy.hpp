#pragma once
// How long to wait before a program that ended is started again.

#include <chrono>

namespace rootstock::rootfs {

class RestartPolicy {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Delay = std::chrono::milliseconds;

  static constexpr Delay first{100};
  static constexpr Delay longest{15'000};
  static constexpr std::chrono::seconds steady{30};

  /// The program ran from `started` to `ended`. One that ran steadily is started again almost at once,
  /// because nodes wait for it; one that keeps ending early waits twice as long each time. It never gives up:
  /// a head that is short of memory at noon may be well at one.
  Delay after(Time started, Time ended);

  /// How many times in a row it ended early.
  int early_ends() const { return early_ends_; }

 private:
  int early_ends_ = 0;
};

}  // namespace rootstock::rootfs
