#include "server/admission/forecast.hpp"

#include <algorithm>
#include <cmath>

namespace rootstock::server {
namespace {

constexpr std::uint64_t enough_boots = 3;  ///< then what was seen is better than what is usual

}  // namespace

double Forecast::bytes_of_a_boot() const {
  if (boots_ < enough_boots) return static_cast<double>(usual_);
  return static_cast<double>(sent_) / static_cast<double>(boots_);
}

/// A turn comes when a place is free, and of those who have one half of the way is still to go. What the
/// older ones need goes over the wire first; what those need who still have their places when the turn comes
/// does not have to.
std::vector<std::pair<Admission::Key, Place>> Forecast::places(const Admission& admission,
                                                               double rate) const {
  const auto a_boot = bytes_of_a_boot();
  const auto remaining = [&](const Admission::Boot& boot) {
    return std::max(a_boot - static_cast<double>(boot.bytes), a_boot / 10);
  };
  double ahead = 0;
  for (const auto& [key, boot] : admission.boots())
    if (boot.state == Admission::State::loading || boot.state == Admission::State::called)
      ahead += remaining(boot);
  const auto still_there = static_cast<double>(admission.limit()) * a_boot / 2;
  std::vector<std::pair<Admission::Key, Place>> all;
  const auto queue = admission.queue();
  for (const auto key : queue) {
    const auto& boot = admission.boots().at(key);
    const auto seconds = std::ceil(std::max(0.0, ahead - still_there) / std::max(rate, 1.0));
    const auto about = static_cast<std::int64_t>(std::clamp(seconds, 1.0, 86400.0));
    all.push_back({key, {all.size() + 1, queue.size(), boot.gate, std::chrono::seconds{about}}});
    ahead += remaining(boot);
  }
  return all;
}

}  // namespace rootstock::server
