#include "server/nodes/vigil.hpp"

#include <fmt/format.h>

#include "server/log/log.hpp"
#include "server/nodes/condition.hpp"
#include "server/story/words.hpp"

namespace rootstock::server {
namespace {

constexpr std::chrono::seconds between_sweeps{5};
/// When a node was heard last is kept to the minute: a thousand nodes must not write a row each 15 ms.
constexpr std::chrono::minutes kept_every{1};
/// A heartbeat tells little that is new; one that does so each time says it to itself.
constexpr int most_lines_of_a_node = 20;

Moment now() { return Moment::clock::now(); }

std::string words_of(Moment::duration span) {
  return span_words(std::chrono::duration<double>(span).count());
}

/// Heartbeats begin when "up" was answered; the head that did so may have been killed before it was on the
/// disk.
bool said_up_to_another(const BootRecord& boot) {
  return boot.data().overlay_at != Moment{} && boot.stage() != Stage::up;
}

}  // namespace

Vigil::Vigil(Registry& registry, FrontDesk& desk, std::function<void(const NodeRecord&)> save)
    : registry_(registry), desk_(desk), save_(std::move(save)) {}

void Vigil::start(boost::asio::io_context& loop) {
  timer_.emplace(loop);
  wait();
}

void Vigil::stop() { timer_.reset(); }

void Vigil::wait() {
  timer_->expires_after(between_sweeps);
  timer_->async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep(now());
    wait();
  });
}

void Vigil::sweep(Moment at) {
  for (auto& [number, node] : registry_.nodes()) {
    auto& pulse = node.pulse;
    if (node.boot.stage() != Stage::up) continue;
    if (!pulse.expected) pulse.expected = at;
    if (pulse.lost_at || !is_lost(node, at)) continue;
    pulse.lost_at = at;
    const auto since = pulse.beat_at.value_or(*pulse.expected);
    tell(node, node.boot.on_beat_says(fmt::format("lost: no heartbeat for {}", words_of(at - since)), at));
  }
}

void Vigil::on_gate(Node& node, const std::string& boot, const std::string& model) {
  node.pulse.on_gate(boot);
  if (model.empty() || model == node.record.model) return;
  node.record.model = model;
  save_(node.record);
}

void Vigil::on_step(Node& node, const std::string& step, double seconds, std::optional<double> link) {
  tell(node, node.boot.on_step(step, seconds, now(), link.value_or(0)));
}

void Vigil::on_up(Node& node, const UpReport& report, const std::string& boot) {
  node.pulse.on_up(boot, now());
  node.record.last_heard = Time::clock::now();
  desk_.on_up(node, report);  // saves
}

std::string Vigil::on_beat(Node& node, Beat beat) {
  auto& pulse = node.pulse;
  const auto at = now();
  const auto before = pulse.beat_at ? std::optional{pulse.beat} : std::nullopt;
  const auto silent = at - pulse.beat_at.value_or(pulse.expected.value_or(at));
  const auto lost = pulse.lost_at;
  const bool first_that_speaks = pulse.boot.empty();
  if (!pulse.on_beat(std::move(beat), at)) {
    log::limited(
        "two systems of " + node.record.name,
        fmt::format("{}: two systems say that they are it: two boards with one identity?", node.record.name));
    return {};
  }
  heard(node);
  if (first_that_speaks && said_up_to_another(node.boot))
    desk_.on_up(node, {pulse.beat.generation, "", pulse.beat.uptime});
  if (lost) tell(node, node.boot.on_beat_says("is back, after " + words_of(silent), at));
  if (const auto news = news_between(before.value_or(Beat{}), pulse.beat); !news.empty())
    tell(node, node.boot.on_beat_says(news, at));
  if (!pulse.order.empty()) pulse.order_told = at;
  return pulse.order;
}

void Vigil::heard(Node& node) {
  const auto wall = Time::clock::now();
  // Whichever way the clock was set meanwhile.
  const auto gone = wall - node.record.last_heard;
  if (gone < kept_every && gone > -kept_every) return;
  node.record.last_heard = wall;
  save_(node.record);
}

void Vigil::on_down(Node& node, const std::string& boot, const std::string& how) {
  // The last words of a system that another one has followed already say nothing of the node.
  if (!node.pulse.boot.empty() && boot != node.pulse.boot) return;
  node.pulse.on_down(how, now());
  node.record.last_heard = Time{};
  save_(node.record);
  tell(node, node.boot.on_down(how, now()));
}

void Vigil::tell(const Node& node, const std::string& words) {
  if (words.empty()) return;
  const auto line = node.record.name + ": " + words;
  log::at_most(most_lines_of_a_node, log::Level::info, "life of " + node.record.name, line);
}

}  // namespace rootstock::server
