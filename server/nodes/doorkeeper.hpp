#pragma once
// May this boot go on? Asked at every gate of a boot; whoever must wait is told for how long and why, in
// words for its console. Who may not boot at all is told first; then it is a matter of its turn.

#include <functional>
#include <optional>
#include <string>

#include "server/admission/admission.hpp"
#include "server/admission/forecast.hpp"
#include "server/admission/gate.hpp"
#include "server/admission/limit.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

class Doorkeeper {
 public:
  /// `enabled`: [admission] of the settings; without it everybody's turn is now.
  Doorkeeper(Registry& registry, bool enabled, Bandwidth bandwidth);

  /// At Gate::script and Gate::initramfs. Both ask again and again.
  Pass ask(Node& node, Gate gate, Moment now);
  /// Before the answer to a DISCOVER of its firmware. A board whose firmware cannot wait goes on, and counts.
  Pass ask_at_dhcp(Node& node, const dhcp::Board& board, Moment now);

  // What boots do, as the servers see it.
  void on_fetch(const Node& node, const BootName& name, Moment now);
  void on_fetched(const Node& node, const BootName& name, std::uint64_t bytes, double seconds, Moment now);
  void on_overlay(const Node& node, std::uint64_t bytes, Moment now);
  void on_heard(const Node& node, Moment now) { admission_.on_heard(node.record.number, now); }
  /// Up, or no more: switched off, forgotten, its board replaced.
  void on_end(const Node& node, Moment now);

  bool holds(const Node& node) const;
  /// Where this node waits; none: it does not.
  std::optional<Place> place_of(const Node& node) const;

  /// Once a second: what the head sent meanwhile. Answers the boards whose turn it is.
  void measure(double seconds, std::uint64_t sent, Moment now);
  void set_largest(std::uint64_t bytes) { limit_.set_largest(bytes); }
  void set_bandwidth(Bandwidth bandwidth) { limit_.set_bandwidth(bandwidth); }
  /// Calls whose turn it is now.
  void advance(Moment now);

  /// Told of a board that waits for DHCP and whose turn has come: its question is to be answered now.
  std::function<void(const Mac&)> on_turn;
  /// Told whenever somebody has to wait, in the words that it was told itself.
  std::function<void(Node&, const std::string& words)> on_held;
  /// Told when somebody's turn may have come: advance() soon, but not within this call.
  std::function<void()> on_room;

  bool enabled() const { return enabled_; }
  const Admission& admission() const { return admission_; }
  const Limit& limit() const { return limit_; }
  const Forecast& forecast() const { return forecast_; }

 private:
  std::optional<Pass> refusal(const Node& node) const;
  Pass in_turn(Node& node, Gate gate, Moment began, Moment now);
  Pass wait(const Node& node, Gate gate) const;
  void apply_limit();

  Registry& registry_;
  bool enabled_;
  Limit limit_;
  Admission admission_;
  Forecast forecast_;
};

}  // namespace rootstock::server
