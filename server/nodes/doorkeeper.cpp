#include "server/nodes/doorkeeper.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

constexpr std::chrono::seconds pause_for_people{10};  ///< an answer comes from a person, not from the wire
constexpr std::chrono::seconds longest_pause{8};

/// Whose turn is near asks every second, so that no place is free for long; whoever is far from it, now and
/// then.
std::chrono::seconds pause_of(const Place& place) {
  return std::clamp(place.about / 4, std::chrono::seconds{1}, longest_pause);
}

std::string time_words(std::chrono::seconds time) {
  constexpr std::chrono::seconds long_time{100};
  return time < long_time ? fmt::format("{} s", time.count())
                          : fmt::format("{} min", (time.count() + 30) / 60);
}

}  // namespace

Doorkeeper::Doorkeeper(Registry& registry, bool enabled, Bandwidth bandwidth)
    : registry_(registry), enabled_(enabled), limit_(bandwidth) {
  apply_limit();
}

std::optional<Pass> Doorkeeper::refusal(const Node& node) const {
  const auto& record = node.record;
  if (record.standing == Standing::denied)
    return Pass{
        false, pause_for_people,
        fmt::format("{} ({}) is not let into the cluster: rootstock nodes approve {}, or nodes forget {}",
                    record.name, record.mac.text(), record.name, record.name)};
  if (!record.doubt.empty())
    return Pass{false, pause_for_people,
                fmt::format("{} ({}): {}", record.name, record.mac.text(), record.doubt)};
  if (record.standing == Standing::waiting)
    return Pass{false, pause_for_people,
                fmt::format("{} ({}) waits for approval: rootstock nodes approve {}", record.name,
                            record.mac.text(), record.name)};
  return std::nullopt;
}

Pass Doorkeeper::ask(Node& node, Gate gate, Moment now) {
  if (auto refused = refusal(node)) {
    if (on_held) on_held(node, refused->words);
    return *std::move(refused);
  }
  if (node.boot.stage() == Stage::up) return {};  // it loads nothing; its users may ask, and get no place
  return in_turn(node, gate, node.boot.watched() ? node.boot.started() : now, now);
}

/// The first DISCOVER comes here before it begins the boot's record; later ones of the same boot, after.
Pass Doorkeeper::ask_at_dhcp(Node& node, const dhcp::Board& board, Moment now) {
  const bool under_way = node.boot.watched() && node.boot.stage() == Stage::dhcp;
  const auto began = under_way ? node.boot.started() : now;
  switch (dhcp::row_of(board.dialect).may_wait) {
    case dhcp::MayWait::dhcp: return in_turn(node, Gate::dhcp, began, now);
    case dhcp::MayWait::script: break;
    case dhcp::MayWait::initramfs:
      if (dhcp::boots(board.dialect)) admission_.on_begin(node.record.number, began, now);
  }
  return {};
}

Pass Doorkeeper::in_turn(Node& node, Gate gate, Moment began, Moment now) {
  bool goes_on = admission_.ask(node.record.number, gate, began, now);
  if (!goes_on && !enabled_) {
    admission_.on_load(node.record.number, began, now);
    goes_on = true;
  }
  if (goes_on) {
    node.boot.on_admitted(now);
    return {};
  }
  if (on_room) on_room();
  auto pass = wait(node, gate);
  if (on_held) on_held(node, pass.words);
  return pass;
}

Pass Doorkeeper::wait(const Node& node, Gate gate) const {
  const auto place = place_of(node).value_or(Place{1, 1, gate});
  return {false, pause_of(place),
          fmt::format("place {} of {} in the queue, {} boards may load at once: its turn is in about {}",
                      place.position, place.of, admission_.limit(), time_words(place.about))};
}

bool Doorkeeper::holds(const Node& node) const {
  const auto found = admission_.boots().find(node.record.number);
  return found != admission_.boots().end() && found->second.state == Admission::State::waiting;
}

std::optional<Place> Doorkeeper::place_of(const Node& node) const {
  if (!holds(node)) return std::nullopt;
  for (const auto& [key, place] : forecast_.places(admission_, limit_.bytes_per_second()))
    if (key == node.record.number) return place;
  return std::nullopt;
}

/// A board that can wait nowhere before its initramfs counts from its DISCOVER on; any other one that loads
/// although it was not let in was let in by an earlier run of the head.
void Doorkeeper::on_fetch(const Node& node, const BootName& name, Moment now) {
  const bool heavy = name.part == BootPart::kernel || name.part == BootPart::initramfs;
  const auto can_wait = dhcp::row_of(dialect_of(node.record)).may_wait;
  const bool firmware = name.part == BootPart::firmware && can_wait != dhcp::MayWait::script;
  if (!node.boot.watched() || node.boot.stage() == Stage::up) return;
  if (heavy || firmware) admission_.on_load(node.record.number, node.boot.started(), now);
}

void Doorkeeper::on_fetched(const Node& node, const BootName& name, std::uint64_t bytes, double seconds,
                            Moment now) {
  if (seconds > 0 && node.boot.stage() != Stage::up) limit_.on_file(bytes, seconds, now);
  const auto before = admission_.places_taken();
  admission_.on_fetched(node.record.number, bytes, name.part, now);
  if (on_room && admission_.places_taken() < before) on_room();
}

void Doorkeeper::on_overlay(const Node& node, std::uint64_t bytes, Moment now) {
  admission_.on_fetched(node.record.number, bytes, BootPart::extra, now);
}

void Doorkeeper::on_end(const Node& node, Moment) {
  const auto found = admission_.boots().find(node.record.number);
  if (found == admission_.boots().end()) return;
  if (node.boot.stage() == Stage::up) forecast_.on_up();
  admission_.end(node.record.number);
  if (on_room) on_room();
}

void Doorkeeper::apply_limit() { admission_.set_limit(enabled_ ? limit_.at_once() : Limit::most); }

void Doorkeeper::measure(double seconds, std::uint64_t sent, Moment now) {
  const bool full = !admission_.queue().empty() && admission_.places_taken() >= admission_.limit();
  // Kernel, initramfs and what a boot reads of its root are some four times the largest file of them.
  forecast_.set_usual(4 * limit_.largest());
  if (admission_.places_taken() > 0) forecast_.on_sent(sent);
  limit_.measure(seconds, sent, full, now);
  advance(now);
}

void Doorkeeper::advance(Moment now) {
  apply_limit();
  for (const auto key : admission_.advance(now))
    if (const auto node = registry_.nodes().find(key); node != registry_.nodes().end() && on_turn)
      on_turn(node->second.record.mac);
}

}  // namespace rootstock::server
