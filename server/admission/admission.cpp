#include "server/admission/admission.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace rootstock::server {
namespace {

using std::chrono::duration;
using std::chrono::floor;

constexpr std::chrono::minutes remembered{15};  ///< of a boot that no longer loads and never said "up"

/// Of all places, so many may be taken within one second by boots that were let in: whoever is powered on in
/// the same second and cannot wait shows up meanwhile, and counts.
double burst(std::size_t limit) { return std::max(1.0, static_cast<double>(limit) / 4); }

/// Smaller goes first: who began earlier, by the second; of those who began together, who is further.
auto rank_of(Admission::Key key, const Admission::Boot& boot) {
  const auto began = boot.began.time_since_epoch();
  return std::tuple{floor<std::chrono::seconds>(began), -static_cast<int>(boot.gate), began, key};
}

}  // namespace

void Admission::become(Boot& boot, State state, Moment now) {
  boot.state = state;
  boot.since = now;
}

/// Is this the next boot of that board? It asks where it has been before, or its story began anew.
Admission::Boot& Admission::boot_of(Key key, std::optional<Gate> gate, Moment began, Moment now) {
  const auto [found, is_new] = boots_.try_emplace(key);
  auto& boot = found->second;
  const bool went_back = gate && (*gate < boot.gate || (*gate == Gate::dhcp && boot.bytes > 0) ||
                                  (*gate != Gate::initramfs && boot.state == State::starting));
  if (is_new || went_back || began > boot.began + together) {
    // It had its turn, and loaded nothing: behind those who wait for theirs.
    const bool in_vain = boot.state == State::starting && !(boot.has_kernel && boot.has_initramfs);
    const bool again = !is_new && in_vain && began <= boot.began + together;
    boot = Boot{};
    boot.gate = gate.value_or(Gate::dhcp);
    boot.began = again ? now : began;
    boot.since = boot.heard = now;
  }
  return boot;
}

bool Admission::ask(Key key, Gate gate, Moment began, Moment now) {
  auto& boot = boot_of(key, gate, began, now);
  // Whoever asks again for the place that it has does nothing with it.
  if (boot.state != State::loading || gate > boot.gate) boot.heard = now;
  boot.gate = std::max(boot.gate, gate);
  boot.passed_over = false;
  refill(now);
  switch (boot.state) {
    case State::loading: return true;
    case State::called: become(boot, State::loading, now); return true;
    case State::starting: become(boot, State::waiting, now); break;
    case State::waiting: break;
  }
  if (!may_enter(key)) return false;
  tokens_ -= 1;
  become(boot, State::loading, now);
  return true;
}

void Admission::on_begin(Key key, Moment began, Moment now) {
  const auto found = boots_.find(key);
  if (found == boots_.end() || began > found->second.began + together) on_load(key, began, now);
}

void Admission::on_load(Key key, Moment began, Moment now) {
  auto& boot = boot_of(key, std::nullopt, began, now);
  boot.heard = now;
  const bool has_all = boot.has_kernel && boot.has_initramfs;
  if (boot.state != State::loading && !has_all) become(boot, State::loading, now);
}

void Admission::on_fetched(Key key, std::uint64_t bytes, BootPart part, Moment now) {
  const auto found = boots_.find(key);
  if (found == boots_.end()) return;
  auto& boot = found->second;
  boot.heard = now;
  boot.bytes += bytes;
  if (boot.gate == Gate::initramfs) return;
  boot.has_kernel |= part == BootPart::kernel;
  boot.has_initramfs |= part == BootPart::initramfs;
  if (boot.state == State::loading && boot.has_kernel && boot.has_initramfs)
    become(boot, State::starting, now);
}

void Admission::on_heard(Key key, Moment now) {
  if (const auto found = boots_.find(key); found != boots_.end()) found->second.heard = now;
}

std::size_t Admission::places_taken() const {
  const auto taken =
      std::ranges::count_if(boots_, [this](const auto& one) { return takes_place(one.second); });
  return static_cast<std::size_t>(taken);
}

bool Admission::before(Key one, Key other) const {
  return rank_of(one, boots_.at(one)) < rank_of(other, boots_.at(other));
}

std::vector<Admission::Key> Admission::queue() const {
  std::vector<decltype(rank_of(Key{}, Boot{}))> ranks;
  for (const auto& [key, boot] : boots_)
    if (boot.state == State::waiting) ranks.push_back(rank_of(key, boot));
  std::ranges::sort(ranks);
  std::vector<Key> waiting;
  for (const auto& rank : ranks) waiting.push_back(std::get<3>(rank));
  return waiting;
}

/// There is a place for it, and nobody with an older right to it.
bool Admission::may_enter(Key key) const {
  return has_room() && std::ranges::none_of(boots_, [&](const auto& other) {
           return other.first != key && other.second.state == State::waiting && !other.second.passed_over &&
                  before(other.first, key);
         });
}

std::vector<Admission::Key> Admission::advance(Moment now) {
  refill(now);
  expire(now);
  std::vector<Key> at_dhcp;
  for (const auto key : queue()) {
    if (!has_room()) break;
    auto& boot = boots_.at(key);
    if (boot.passed_over) continue;
    tokens_ -= 1;
    become(boot, State::called, now);
    if (boot.gate == Gate::dhcp) at_dhcp.push_back(key);
  }
  return at_dhcp;
}

void Admission::expire(Moment now) {
  for (auto& [key, boot] : boots_) {
    const auto silent = now - boot.heard, lasts = now - boot.since;
    const auto patience = boot.gate == Gate::initramfs ? silence_while_starting_up : silence_while_loading;
    if (boot.state == State::loading && (silent > patience || lasts > longest_place))
      become(boot, State::starting, now);
    if (boot.state == State::called && lasts > patience_with_called) {
      become(boot, State::waiting, now);
      boot.passed_over = true;
    }
  }
  std::erase_if(boots_, [now](const auto& one) {
    const auto& boot = one.second;
    const auto silent = now - boot.heard;
    return (boot.state == State::waiting && silent > silence_in_queue) ||
           (boot.state == State::starting && silent > remembered);
  });
}

void Admission::refill(Moment now) {
  const auto passed = refilled_ == Moment{} ? duration<double>{1} : duration<double>{now - refilled_};
  refilled_ = now;
  tokens_ = std::min(burst(limit_), tokens_ + passed.count() * burst(limit_));
}

}  // namespace rootstock::server
