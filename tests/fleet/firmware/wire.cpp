#include "tests/fleet/wire.hpp"

#include <algorithm>

namespace rootstock::fleet {

bool Wire::chance(double p) { return p > 0 && std::uniform_real_distribution<>{}(random_) < p; }

Tick Wire::time_for(std::size_t bytes) const {
  if (weather_.bits_per_second == 0) return Tick{0};
  // Preamble, checksum and the gap between frames take their time on the wire as well.
  constexpr std::uint64_t around = 24, shortest = 60;
  const auto bits = 8 * (std::max<std::uint64_t>(bytes, shortest) + around);
  return Tick{static_cast<std::int64_t>((bits * 1'000'000 + weather_.bits_per_second - 1) /
                                        weather_.bits_per_second)};
}

/// What waits is what the wire still has to carry.
bool Wire::queue_is_full(Tick now) const {
  if (weather_.queue_bytes == 0 || free_at_ <= now) return false;
  const auto waits = static_cast<std::uint64_t>((free_at_ - now).count());
  return waits * weather_.bits_per_second / 8'000'000 > weather_.queue_bytes;
}

void Wire::send(Frame frame, Tick now) {
  ++sent_;
  if (weather_.fair && weather_.bits_per_second > 0) return enqueue(std::move(frame), now);
  if (queue_is_full(now)) {
    ++lost_;
    ++overflowed_;
    return;
  }
  free_at_ = std::max(free_at_, now);
  leave(std::move(frame));
}

void Wire::enqueue(Frame frame, Tick now) {
  if (waiting_.empty()) free_at_ = std::max(free_at_, now);
  Flow flow;
  std::copy_n(frame.begin(), std::min(frame.size(), flow.bytes.size()), flow.bytes.begin());
  waiting_bytes_ += frame.size();
  waiting_[flow].push_back(std::move(frame));
  serve(now);
  if (weather_.queue_bytes == 0 || waiting_bytes_ <= weather_.queue_bytes) return;
  const auto longest =
      std::ranges::max_element(waiting_, {}, [](const auto& one) { return one.second.size(); });
  waiting_bytes_ -= longest->second.front().size();
  longest->second.pop_front();
  if (longest->second.empty()) waiting_.erase(longest);
  ++lost_;
  ++overflowed_;
}

/// Whoever's turn it is, as long as the wire was free by now.
void Wire::serve(Tick now) {
  while (!waiting_.empty() && free_at_ <= now) {
    auto next = waiting_.upper_bound(served_);
    if (next == waiting_.end()) next = waiting_.begin();
    served_ = next->first;
    auto frame = std::move(next->second.front());
    next->second.pop_front();
    if (next->second.empty()) waiting_.erase(next);
    waiting_bytes_ -= frame.size();
    leave(std::move(frame));
  }
}

/// Onto the wire, which is free at `free_at_`.
void Wire::leave(Frame frame) {
  free_at_ += time_for(frame.size());
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
  std::optional<Tick> next;
  if (!under_way_.empty()) next = under_way_.begin()->first;
  if (!waiting_.empty() && (!next || free_at_ < *next)) next = free_at_;
  return next;
}

std::optional<Frame> Wire::take(Tick now) {
  serve(now);
  if (under_way_.empty() || under_way_.begin()->first > now) return std::nullopt;
  return std::move(under_way_.extract(under_way_.begin()).mapped());
}

}  // namespace rootstock::fleet
