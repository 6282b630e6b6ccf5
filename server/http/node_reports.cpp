#include "server/http/node_reports.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include "server/http/fields.hpp"
#include "server/log/log.hpp"
#include "server/nodes/alive.hpp"

namespace rootstock::server {
namespace {

/// From any port: the busybox of an image cannot choose its own. What only the root of a node may say carries
/// the token out of its overlay, which its users cannot read. Steps and trouble come before there is one;
/// they give nothing away and change no more than what is shown.
bool speaks_for(const Node& node, const Form& form) {
  return !node.record.token.empty() && field(form, "token") == node.record.token;
}

/// A node whose system runs has its overlay: a user of it could make it look as if it were in trouble, also
/// in the moment after the head was restarted, until its next heartbeat. Before it is up no token is asked
/// for, although its initramfs has had one since its overlay: there are no users yet, an image that was built
/// earlier does not send it, and the trouble that matters most may be with the overlay itself.
bool may_tell(const Node& node, const Form& form) {
  const bool is_up = node.boot.stage() == Stage::up && runs(node, {Time::clock::now(), Moment::clock::now()});
  return !is_up || speaks_for(node, form);
}

Answer no_token(const Node& node, std::string_view what) {
  const auto& name = node.record.name;
  log::limited(
      "no token of " + name,
      fmt::format(
          "{} says \"{}\" without the token of its overlay: somebody else at its address, or an image "
          "that was built by an older rootstock (build it again)",
          name, what));
  return text_answer(403, "this is not the token of " + name + "\n");
}

std::uint32_t hex_in(const std::string& text) {
  const auto digits = text.starts_with("0x") ? text.substr(2) : text;
  std::uint32_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

double now_on_the_wall() {
  return std::chrono::duration<double>(Time::clock::now().time_since_epoch()).count();
}

/// "-1": asked and not answered; nothing: not asked yet.
std::optional<int> root_milliseconds(const Form& form) {
  if (field(form, "root") == "-1") return -1;
  const auto given = quantity(form, "root");
  if (!given || *given > 1e9) return std::nullopt;
  return static_cast<int>(*given);
}

Beat beat_in(const Form& form) {
  Beat beat;
  beat.boot = word(form, "boot");
  beat.generation = word(form, "generation");
  beat.uptime = quantity(form, "uptime").value_or(0);
  if (const auto clock = quantity(form, "clock")) beat.clock_ahead = *clock - now_on_the_wall();
  const auto whole = [&](const char* name) {
    return static_cast<std::uint64_t>(quantity(form, name).value_or(0));
  };
  beat.memory = whole("memory");
  beat.total = whole("total");
  beat.oom = whole("oom");
  beat.temperature = quantity(form, "temperature");
  beat.throttled = hex_in(word(form, "throttled"));
  beat.root_ms = root_milliseconds(form);
  beat.slurmd = word(form, "slurmd");
  return beat;
}

}  // namespace

NodeReports::Report NodeReports::at(std::string_view path) {
  constexpr std::array<std::pair<std::string_view, Report>, 5> reports{
      {{"node/step", &NodeReports::step},
       {"node/trouble", &NodeReports::trouble},
       {"node/up", &NodeReports::up},
       {"node/beat", &NodeReports::beat},
       {"node/down", &NodeReports::down}}};
  for (const auto& [name, report] : reports)
    if (name == path) return report;
  return nullptr;
}

Answer NodeReports::answer(Report report, const Request& request) {
  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr) return text_answer(403, "no node has this address\n");
  return (this->*report)(*node, parse_form(request.body));
}

Answer NodeReports::step(Node& node, const Form& form) {
  if (!may_tell(node, form)) return no_token(node, "step");
  vigil_.on_step(node, word(form, "step"), quantity(form, "seconds").value_or(0), quantity(form, "link"));
  return text_answer(200, "ok\n");
}

Answer NodeReports::trouble(Node& node, const Form& form) {
  if (!may_tell(node, form)) return no_token(node, "trouble");
  desk_.on_trouble(node, field(form, "text"));
  return text_answer(200, "ok\n");
}

Answer NodeReports::up(Node& node, const Form& form) {
  if (!speaks_for(node, form)) return no_token(node, "up");
  vigil_.on_up(node, {word(form, "generation"), word(form, "kernel"), quantity(form, "seconds").value_or(0)},
               word(form, "boot"));
  return text_answer(200, "ok\n");
}

Answer NodeReports::beat(Node& node, const Form& form) {
  if (!speaks_for(node, form)) return no_token(node, "still here");
  const auto order = vigil_.on_beat(node, beat_in(form));
  auto reply = fmt::format("again {}\n", beat_interval.count());
  if (!order.empty()) reply += order + "\n";
  return text_answer(200, std::move(reply));
}

Answer NodeReports::down(Node& node, const Form& form) {
  if (!speaks_for(node, form)) return no_token(node, "down");
  vigil_.on_down(node, word(form, "boot"), word(form, "how"));
  return text_answer(200, "ok\n");
}

}  // namespace rootstock::server
