#include "server/nodes/sleep.hpp"

#include <ctime>

namespace rootstock::server {
namespace {

Moment::duration read(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::duration_cast<Moment::duration>(std::chrono::seconds{time.tv_sec} +
                                                      std::chrono::nanoseconds{time.tv_nsec});
}

}  // namespace

/// CLOCK_BOOTTIME is CLOCK_MONOTONIC and the time in which the machine was suspended: clock_gettime(2).
Moment::duration slept_so_far() {
  const auto awake = read(CLOCK_MONOTONIC);  // first: what passes in between adds up, and is never negative
  return read(CLOCK_BOOTTIME) - awake;
}

void sleep_over(Registry& registry, Moment::duration slept) {
  for (auto& [number, node] : registry.nodes())
    for (auto* seen : {&node.suspicion.known_at, &node.suspicion.stranger_at})
      if (*seen != Moment{}) *seen -= slept;
}

}  // namespace rootstock::server
