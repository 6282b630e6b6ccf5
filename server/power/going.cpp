#include "server/power/going.hpp"

#include <algorithm>

namespace rootstock::server {
namespace {

using namespace std::chrono_literals;

/// It is knocked at every second (knocker.hpp), so this is several knocks that nobody answered.
constexpr auto quiet = 5s;
/// Who says no word at its end, as a board whose power was cut, must be silent for longer: three heartbeats.
constexpr auto quiet_without_a_word = 45s;
/// Who was silent from the first: time enough for the kernel's neighbour table to give a host up (5 s + 3
/// probes).
constexpr auto quiet_from_the_first = 12s;

}  // namespace

std::string_view name_of(Order order) { return order == Order::reboot ? "reboot" : "poweroff"; }

std::optional<Order> order_named(std::string_view word) {
  for (const auto order : {Order::reboot, Order::poweroff})
    if (word == name_of(order)) return order;
  return std::nullopt;
}

std::string_view name_of(Going::Step step) {
  switch (step) {
    case Going::Step::ordered: return "ordered";
    case Going::Step::told: return "told";
    case Going::Step::going: return "going";
    case Going::Step::off: return "off";
    case Going::Step::back: return "back";
    case Going::Step::late: return "late";
  }
  return "late";
}

Going::Step Going::look(const Signs& signs, Moment now) {
  if (over()) return step_;
  const auto found = next(signs, now);
  was_off_ = found == Step::off && step_ == Step::ordered;
  if (found == Step::late) before_late_ = step_;
  step_ = found;
  if (over()) over_at_ = now;
  return step_;
}

Going::Step Going::next(const Signs& signs, Moment now) const {
  if (signs.booting && *signs.booting > since_) return Step::back;
  const auto since_sign = [&](Moment from) {
    for (const auto& sign : {signs.beat, signs.answer})
      if (sign) from = std::max(from, *sign);
    return now - from;
  };
  const auto told = signs.told && *signs.told >= since_;
  const auto off = [&](Moment from, auto patience) {
    if (since_sign(from) >= patience) return Step::off;
    return now >= ends_ ? Step::late : Step::going;
  };
  if (signs.down) return off(*signs.down, quiet);
  if (told && !signs.alive) return off(*signs.told, quiet_without_a_word);
  if (!signs.alive && since_sign(since_) >= quiet_from_the_first) return Step::off;
  if (now >= ends_) return Step::late;
  return told ? Step::told : Step::ordered;
}

std::chrono::seconds Going::took(Moment now) const {
  return std::chrono::duration_cast<std::chrono::seconds>(over_at_.value_or(now) - since_);
}

std::string Going::words() const {
  switch (step_) {
    case Step::ordered: return "waits for its next heartbeat to take the order";
    case Step::told: return "has the order, and stops its services";
    case Step::going: return "went down; waiting until nothing is heard of it";
    case Step::off: return was_off_ ? "is off: nothing is heard of it" : "is off";
    case Step::back: return order_ == Order::reboot ? "boots" : "boots again instead of staying off";
    case Step::late: break;
  }
  switch (before_late_) {
    case Step::ordered: return "took no order: no heartbeat came, but it answers on the wire";
    case Step::told: return "has the order, but did not go down in time";
    default: return "said that it goes down, but still answers on the wire";
  }
}

}  // namespace rootstock::server
