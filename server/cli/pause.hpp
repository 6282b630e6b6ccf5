#pragma once
// Pauses of a command that shows what goes on, and what ends them (edge: signals).

#include <chrono>
#include <csignal>

namespace rootstock::server {

/// While it lives, Ctrl-C, an end by kill or by the closed terminal, and a window that changes its size end a
/// pause instead of the program.
class Pause {
 public:
  enum class Ended { time_over, window_changed, stop };

  Pause();
  ~Pause();
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;

  Ended wait(std::chrono::milliseconds time) const;

 private:
  sigset_t signals_{}, before_{};
};

}  // namespace rootstock::server
