#include "server/http/admin_json.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>

namespace rootstock::server {

namespace json = boost::json;

double unix_seconds(Time time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

json::object node_json(const Node& node, const std::string& image, const std::string& boots, Time now) {
  const auto& [record, boot] = node;
  return {{"name", record.name},
          {"number", record.number},
          {"mac", record.mac.text()},
          {"address", record.address.text()},
          {"dialect", record.dialect},
          {"image", image},
          {"generation", record.generation},
          {"boots", boots},
          {"stage", name_of(boot.stage())},
          {"stage_since", unix_seconds(boot.stage_since())},
          {"boot_started", unix_seconds(boot.started())},
          {"seconds", boot.lasted(now).count()},
          {"bytes", boot.bytes()},
          {"trouble", boot.trouble()},
          {"joined", unix_seconds(record.joined)},
          {"last_up", unix_seconds(record.last_up)}};
}

json::array events_json(const Node& node) {
  json::array events;
  for (const auto& event : node.boot.events())
    events.push_back(json::object{{"at", unix_seconds(event.at)}, {"text", event.text}});
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
          {"node", told.node},
          {"address", told.address},
          {"boot_file", told.boot_file},
          {"generation", told.generation},
          {"why", json::array(told.why.begin(), told.why.end())}};
}

}  // namespace rootstock::server
