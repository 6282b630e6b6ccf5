#pragma once
// One node on its way out: ordered to go, told, going, off (logic: the time is an argument). Off is what was
// confirmed, never what was only ordered.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rootstock::server {

enum class Order : std::uint8_t { reboot, poweroff };

/// "reboot", "poweroff": the words that travel to the node.
std::string_view name_of(Order order);
std::optional<Order> order_named(std::string_view word);

/// What is known of a node right now. Times are of what was seen last.
struct Signs {
  using Moment = std::chrono::steady_clock::time_point;
  bool alive = false;             ///< its heartbeats come
  std::optional<Moment> told;     ///< an answer to a heartbeat carried the order
  std::optional<Moment> down;     ///< it said that it goes down; none once another system has come up
  std::optional<Moment> beat;     ///< a heartbeat
  std::optional<Moment> answer;   ///< it answered on the wire
  std::optional<Moment> booting;  ///< its firmware began a boot
};

class Going {
 public:
  using Moment = Signs::Moment;
  enum class Step : std::uint8_t {
    ordered,  ///< the order waits for the node's next heartbeat
    told,     ///< the node has it
    going,    ///< the node said that it goes down, or its heartbeats stopped
    off,      ///< and since then nothing was heard of it
    back,     ///< it boots again
    late,     ///< none of these came true in time
  };

  Going(Order order, Moment now, std::chrono::seconds timeout)
      : order_(order), since_(now), ends_(now + timeout) {}

  Step look(const Signs& signs, Moment now);

  Order order() const { return order_; }
  Step step() const { return step_; }
  Moment since() const { return since_; }
  /// How long it took, or has taken so far.
  std::chrono::seconds took(Moment now) const;
  bool over() const { return step_ == Step::off || step_ == Step::back || step_ == Step::late; }
  /// What is waited for, or how it ended: "waits for its next heartbeat".
  std::string words() const;

 private:
  Step next(const Signs& signs, Moment now) const;

  Order order_;
  Moment since_, ends_;
  std::optional<Moment> over_at_;
  Step step_ = Step::ordered;
  Step before_late_ = Step::ordered;
  bool was_off_ = false;
};

/// "ordered", "told", "going", "off", "back", "late".
std::string_view name_of(Going::Step step);

}  // namespace rootstock::server
