#include "tests/fleet/wire.hpp"

#include <algorithm>

namespace rootstock::fleet {

bool Wire::chance(double p) { return p > 0 && std::uniform_real_distribution<>{}(random_) < p; }

/// What waits is what the wire still has to carry.
bool Wire::queue_is_full(Tick now) const {
  if (weather_.queue_bytes == 0 || free_at_ <= now) return false;
  const auto waits = static_cast<std::uint64_t>((free_at_ - now).count());
  return waits * weather_.bits_per_second / 8'000'000 > weather_.queue_bytes;
}

void Wire::send(Frame frame, Tick now) {
  ++sent_;
  if (queue_is_full(now)) {
    ++lost_;
    ++overflowed_;
    return;
  }
  // Preamble, checksum and the gap between frames take their time on the wire as well.
  constexpr std::uint64_t around = 24, shortest = 60;
  const auto bits = 8 * (std::max<std::uint64_t>(frame.size(), shortest) + around);
  free_at_ = std::max(free_at_, now);
  if (weather_.bits_per_second > 0)
    free_at_ += Tick{static_cast<std::int64_t>((bits * 1'000'000 + weather_.bits_per_second - 1) /
                                               weather_.bits_per_second)};
  if (chance(weather_.loss)) {
    ++lost_;
    return;
  }
  auto at = free_at_ + weather_.latency;
  if (chance(weather_.late))
    at += Tick{std::uniform_int_distribution<Tick::rep>{
        1, std::max<Tick::rep>(1, weather_.lateness.count())}(random_)};
  if (chance(weather_.doubled)) under_way_.emplace(at, frame);
  under_way_.emplace(at, std::move(frame));
}

std::optional<Tick> Wire::next() const {
  if (under_way_.empty()) return std::nullopt;
  return under_way_.begin()->first;
}

std::optional<Frame> Wire::take(Tick now) {
  if (under_way_.empty() || under_way_.begin()->first > now) return std::nullopt;
  return std::move(under_way_.extract(under_way_.begin()).mapped());
}

}  // namespace rootstock::fleet
