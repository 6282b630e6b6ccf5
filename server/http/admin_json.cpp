#include "server/http/admin_json.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

#include "server/http/admin_answer.hpp"
#include "server/story/kept_boot.hpp"

namespace rootstock::server {

namespace json = boost::json;

namespace {

double unix_seconds_of(Moment moment, Clocks now) {
  return moment == Moment{} ? 0 : unix_seconds(wall_of(moment, now));
}

/// What an earlier run of the head saw is known only by the node's row.
double stage_since(const Node& node, Clocks now) {
  const auto since = node.boot.stage_since();
  return since == Moment{} ? unix_seconds(node.record.last_up) : unix_seconds_of(since, now);
}

/// What the node's latest heartbeat said.
json::object beat_json(const Pulse& pulse, Clocks now) {
  const auto& beat = pulse.beat;
  json::object object{{"at", unix_seconds_of(*pulse.beat_at, now)},
                      {"uptime", beat.uptime},
                      {"clock_ahead", beat.clock_ahead},
                      {"memory", beat.memory},
                      {"total", beat.total},
                      {"oom", beat.oom},
                      {"throttled", throttling_words(beat.throttled)},
                      {"slurmd", beat.slurmd}};
  if (beat.temperature) object["temperature"] = *beat.temperature;
  if (beat.root_ms) object["root_ms"] = *beat.root_ms;
  return object;
}

}  // namespace

json::object node_json(const Node& node, const NextBoot& next, const Condition& condition, Clocks now) {
  const auto& record = node.record;
  const auto& boot = node.boot;
  json::object object{{"name", record.name},
                      {"number", record.number},
                      {"mac", record.vacant() ? std::string{} : record.mac.text()},
                      {"address", record.address.unset() ? std::string{} : record.address.text()},
                      {"dialect", record.dialect},
                      {"architecture", record.architecture},
                      {"serial", record.serial},
                      {"model", record.model},
                      {"standing", name_of(record.standing)},
                      {"doubt", record.doubt},
                      {"awaited", record.awaited},
                      {"group", record.group},
                      {"pinned", record.pinned},
                      {"kernel_options", record.kernel_options},
                      {"image", next.orders.image},
                      {"generation", record.generation},
                      {"boots", next.label()},
                      {"stage", condition.word},
                      {"detail", condition.detail},
                      {"boot_stage", name_of(boot.stage())},
                      {"stage_since", stage_since(node, now)},
                      {"boot_started", unix_seconds_of(boot.started(), now)},
                      {"seconds", boot.lasted(now.moment).count()},
                      {"bytes", boot.bytes()},
                      {"trouble", boot.trouble()},
                      {"joined", unix_seconds(record.joined)},
                      {"last_up", unix_seconds(record.last_up)},
                      {"last_heard", unix_seconds(record.last_heard)}};
  if (node.pulse.beat_at) object["beat"] = beat_json(node.pulse, now);
  return object;
}

json::array events_json(const Node& node, Clocks now) {
  json::array events;
  for (const auto& event : node.boot.events())
    events.push_back(json::object{{"at", unix_seconds_of(event.at, now)}, {"text", event.text}});
  return events;
}

json::array overlay_json(const std::vector<rootfs::OverlayFile>& files) {
  json::array all;
  for (const auto& file : files) {
    const bool secret = (file.mode & 0077) == 0;
    all.push_back(json::object{{"path", file.path},
                               {"mode", fmt::format("{:04o}", file.mode)},
                               {"owner", file.owner},
                               {"bytes", file.content.size()},
                               {"secret", secret},
                               {"content", secret ? std::string{} : file.content}});
  }
  return all;
}

json::object explanation_json(Mac mac, const Explanation& told) {
  return {{"mac", mac.text()},
          {"dialect", told.dialect},
          {"architecture", told.architecture},
          {"serial", told.serial},
          {"node", told.node},
          {"address", told.address},
          {"boot_file", told.boot_file},
          {"generation", told.generation},
          {"files", json::array(told.files.begin(), told.files.end())},
          {"quirks", json::array(told.quirks.begin(), told.quirks.end())},
          {"why", json::array(told.why.begin(), told.why.end())}};
}

}  // namespace rootstock::server
