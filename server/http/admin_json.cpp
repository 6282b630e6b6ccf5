#include "server/http/admin_json.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

namespace rootstock::server {

namespace json = boost::json;

namespace {

double unix_seconds(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

double unix_seconds(Moment moment, Instant now) {
  if (moment == Moment{}) return 0;
  return unix_seconds(now.wall - std::chrono::duration_cast<Time::duration>(now.moment - moment));
}

/// What an earlier run of the head saw is known only by the node's row.
double stage_since(const Node& node, Instant now) {
  const auto since = node.boot.stage_since();
  return since == Moment{} ? unix_seconds(node.record.last_up) : unix_seconds(since, now);
}

}  // namespace

json::object node_json(const Node& node, const std::string& image, const std::string& boots, Instant now) {
  const auto& record = node.record;
  const auto& boot = node.boot;
  return {{"name", record.name},
          {"number", record.number},
          {"mac", record.mac.text()},
          {"address", record.address.unset() ? std::string{} : record.address.text()},
          {"dialect", record.dialect},
          {"architecture", record.architecture},
          {"serial", record.serial},
          {"image", image},
          {"generation", record.generation},
          {"boots", boots},
          {"stage", name_of(boot.stage())},
          {"stage_since", stage_since(node, now)},
          {"boot_started", unix_seconds(boot.started(), now)},
          {"seconds", boot.lasted(now.moment).count()},
          {"bytes", boot.bytes()},
          {"trouble", boot.trouble()},
          {"joined", unix_seconds(record.joined)},
          {"last_up", unix_seconds(record.last_up)}};
}

json::array events_json(const Node& node, Instant now) {
  json::array events;
  for (const auto& event : node.boot.events())
    events.push_back(json::object{{"at", unix_seconds(event.at, now)}, {"text", event.text}});
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
