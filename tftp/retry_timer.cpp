#include "tftp/retry_timer.hpp"

#include <algorithm>

namespace rootstock::tftp {

using namespace std::chrono_literals;

namespace {

// RFC 6298 starts at 1 s for the Internet's sake. Our clients are a switch away; a boot ROM answers in
// milliseconds, and one that was slower drops the second copy.
constexpr Duration first_guess = 250ms;
// What a client may be late by, whatever was measured: RFC 6298's G. Its floor of 1 s for the whole is there
// for delayed ACKs, which TFTP has not.
constexpr Duration slack = 20ms, longest = 2s;
constexpr Duration usual_patience = 30s;  // Pi firmware gives a whole file 30 s, U-Boot repeats for 50 s
constexpr int tries_at_its_pace = 6;      // of a client that named its own timeout
constexpr int most_doublings = 10;

}  // namespace

void RetryTimer::measured(Duration round_trip) {
  if (!smoothed_) {
    smoothed_ = round_trip;
    variation_ = round_trip / 2;
    return;
  }
  const auto error = round_trip - *smoothed_;
  variation_ += (std::chrono::abs(error) - variation_) / 4;
  *smoothed_ += error / 8;
}

void RetryTimer::backed_off() { doublings_ = std::min(doublings_ + 1, most_doublings); }

Duration RetryTimer::interval() const {
  const auto base = smoothed_ ? *smoothed_ + std::max(4 * variation_, slack) : first_guess;
  return std::min(base * (1 << doublings_), wish_.value_or(longest));
}

Duration RetryTimer::patience() const {
  return wish_ ? std::max(tries_at_its_pace * *wish_, usual_patience) : usual_patience;
}

}  // namespace rootstock::tftp
