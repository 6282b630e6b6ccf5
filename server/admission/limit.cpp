#include "server/admission/limit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace rootstock::server {
namespace {

constexpr double bits = 8;            ///< of a byte
constexpr double payload = 0.94;      ///< of what a link carries
constexpr double assumed_link = 1e9;  ///< bits per second
constexpr double busy = 0.85;         ///< of the bandwidth: more is not to be had all the time
/// Slowly upwards, as a board that is let in too early may not recover; back at once, by half.
constexpr double most_overbooked = 3;
constexpr double overbooking_a_second = 0.05, recovery_a_second = 0.02;
/// With files as small as a test's, every board there is would be let in.
constexpr std::uint64_t smallest_largest = 256 << 10;
/// How old a file may be that says how fast the wire is, and how many of them say it.
constexpr std::chrono::seconds remembered{10};
constexpr std::size_t enough_files = 3;

double megabits(double bytes_per_second) { return bytes_per_second * bits / 1e6; }

}  // namespace

Bandwidth Bandwidth::of(std::uint64_t configured, std::uint64_t link) {
  if (configured > 0) return {static_cast<double>(configured) / bits, Source::settings};
  if (link > 0) return {static_cast<double>(link) * payload / bits, Source::link};
  return {assumed_link * payload / bits, Source::assumed};
}

Limit::Limit(Bandwidth bandwidth) : bandwidth_(bandwidth), capacity_(bandwidth.bytes_per_second) {}

void Limit::set_bandwidth(Bandwidth bandwidth) {
  if (bandwidth.bytes_per_second == bandwidth_.bytes_per_second && bandwidth.source == bandwidth_.source)
    return;
  *this = Limit{bandwidth};
}

void Limit::set_largest(std::uint64_t bytes) { largest_ = std::max(bytes, smallest_largest); }

double Limit::need() const { return static_cast<double>(largest_) / (file_timeout / safety); }

void Limit::on_file(std::uint64_t bytes, double seconds, Moment now) {
  // Small files say how long a request takes, not how fast bytes come.
  if (bytes < largest_ / 16 || seconds <= 0) return;
  forget_before(now);
  files_.push_back({now, static_cast<double>(bytes) / seconds});
}

void Limit::forget_before(Moment now) {
  while (!files_.empty() && now - files_.front().at > remembered) files_.pop_front();
}

std::size_t Limit::slow_files() const {
  const auto slow = std::ranges::count_if(files_, [this](const Sample& file) { return file.rate < need(); });
  return static_cast<std::size_t>(slow);
}

/// A quarter of the boards get less than they need: they do not share evenly, as a board whose blocks are
/// small gets less of a full wire, and the slowest is the one that gives up.
bool Limit::files_come_slowly() const {
  return files_.size() >= enough_files && 4 * slow_files() >= files_.size();
}

/// Two errors are possible. The wire gives less than its link says (a slower switch on the way, a USB
/// adapter, a head that is busy): then files come slowly although the wire is not full, and what it gives is
/// what was measured. Or boards with a place do not use it (they start, they think): then there is room on
/// the wire although all places are taken, and more boards may come.
void Limit::measure(double seconds, std::uint64_t sent, bool full, Moment now) {
  if (seconds <= 0) return;
  forget_before(now);
  const auto latest = static_cast<double>(sent) / seconds;
  rate_ += (latest - rate_) * std::min(1.0, seconds / 2);
  if (rate_ > capacity_ && bandwidth_.source != Bandwidth::Source::settings) capacity_ = rate_;
  if (files_come_slowly()) return allow_fewer();
  if (full && slow_files() == 0) allow_more(seconds);
}

void Limit::allow_fewer() {
  overbooked_ = std::max(1.0, overbooked_ / 2);
  if (rate_ < capacity_ * busy) {
    capacity_ = std::max(rate_, need());
    measured_less_ = true;
  }
  files_.clear();  // what comes now is what fewer boards get
}

void Limit::allow_more(double seconds) {
  if (rate_ < capacity_ * busy)
    overbooked_ = std::min(most_overbooked, overbooked_ + overbooking_a_second * seconds);
  // A wire that was slow for a while is tried again.
  capacity_ = std::max(capacity_,
                       std::min(bandwidth_.bytes_per_second, capacity_ * (1 + recovery_a_second * seconds)));
  measured_less_ = capacity_ < bandwidth_.bytes_per_second;
}

std::size_t Limit::at_once() const {
  const auto boards = std::floor(capacity_ / need() * overbooked_);
  return static_cast<std::size_t>(std::clamp(boards, double{fewest}, double{most}));
}

std::string Limit::why() const {
  const auto wire = megabits(bandwidth_.bytes_per_second);
  std::string text;
  switch (bandwidth_.source) {
    case Bandwidth::Source::settings:
      text = fmt::format("the settings give boots {:.0f} Mbit/s", wire);
      break;
    case Bandwidth::Source::link: text = fmt::format("the link carries {:.0f} Mbit/s", wire); break;
    case Bandwidth::Source::assumed:
      text = fmt::format("the link does not say its speed: {:.0f} Mbit/s are assumed", wire);
      break;
  }
  if (measured_less_)
    text += fmt::format(", but no more than {:.0f} Mbit/s came through", megabits(capacity_));
  text += fmt::format("; each board needs {:.1f} Mbit/s to have its largest file ({:.1f} MB) in {:.0f} s",
                      megabits(need()), static_cast<double>(largest_) / 1e6, file_timeout / safety);
  if (overbooked_ > 1.05)
    text += fmt::format("; {:.1f} times as many, as they leave room on the wire", overbooked_);
  if (at_once() == fewest) text += "; never fewer than 4";
  return text;
}

}  // namespace rootstock::server
