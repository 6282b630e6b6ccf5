#include "server/cli/pause.hpp"

namespace rootstock::server {

Pause::Pause() {
  ::sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) ::sigaddset(&signals_, signal);
  ::sigprocmask(SIG_BLOCK, &signals_, &before_);
}

Pause::~Pause() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

Pause::Ended Pause::wait(std::chrono::milliseconds time) const {
  const timespec limit{static_cast<time_t>(time.count() / 1000),
                       static_cast<long>(time.count() % 1000 * 1'000'000)};
  const int signal = ::sigtimedwait(&signals_, nullptr, &limit);
  if (signal < 0) return Ended::time_over;
  return signal == SIGWINCH ? Ended::window_changed : Ended::stop;
}

}  // namespace rootstock::server
