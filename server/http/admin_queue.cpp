#include "server/http/admin_queue.hpp"

#include <boost/json/array.hpp>

#include "server/http/admin_answer.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;
using State = Admission::State;

std::string_view word_for(State state) {
  switch (state) {
    case State::waiting: return "waits";
    case State::called: return "called";
    case State::loading: return "loads";
    case State::starting: break;
  }
  return "starts";
}

double seconds(Moment since, Moment now) { return std::chrono::duration<double>(now - since).count(); }

json::object boot_json(const std::string& name, const Admission::Boot& boot, Moment now) {
  return {{"node", name},
          {"state", word_for(boot.state)},
          {"where", boot.state == State::waiting ? name_of(boot.gate) : std::string_view{}},
          {"seconds", seconds(boot.since, now)},
          {"since_power_on", seconds(boot.began, now)},
          {"bytes", boot.bytes},
          {"position", 0},
          {"about_seconds", 0}};
}

}  // namespace

void AdminQueue::register_at(AdminSite& site) {
  site.on(Method::get, "queue", at_once([this](const Request&, const std::string&) { return queue(); }));
}

/// Who has a place in the order in which they got it, then who waits, the next one first.
Answer AdminQueue::queue() const {
  const auto now = Moment::clock::now();
  const auto& admission = doorkeeper_.admission();
  const auto& limit = doorkeeper_.limit();
  const auto name = [&](Admission::Key key) {
    const auto found = registry_.nodes().find(key);
    return found == registry_.nodes().end() ? std::string{"?"} : found->second.record.name;
  };
  json::array boots;
  for (const auto state : {State::loading, State::called, State::starting})
    for (const auto& [key, boot] : admission.boots())
      if (boot.state == state) boots.push_back(boot_json(name(key), boot, now));
  std::size_t waiting = 0;
  for (const auto& [key, place] : doorkeeper_.forecast().places(admission, limit.bytes_per_second())) {
    auto boot = boot_json(name(key), admission.boots().at(key), now);
    boot["position"] = place.position;
    boot["about_seconds"] = place.about.count();
    boots.push_back(std::move(boot));
    ++waiting;
  }
  return json_answer(json::object{
      {"enabled", doorkeeper_.enabled()},
      {"limit", doorkeeper_.enabled() ? json::value(admission.limit()) : json::value()},
      {"why", doorkeeper_.enabled() ? limit.why() : "admission is off: [admission] enabled = false"},
      {"loading", admission.places_taken()},
      {"waiting", waiting},
      {"sent_bits_per_second", limit.sent_per_second() * 8},
      {"bandwidth_bits_per_second", limit.bytes_per_second() * 8},
      {"boots", std::move(boots)}});
}

}  // namespace rootstock::server
