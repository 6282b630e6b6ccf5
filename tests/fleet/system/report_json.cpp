#include <boost/json.hpp>

#include "tests/fleet/system/outcome.hpp"

namespace rootstock::fleet {
namespace {

namespace json = boost::json;

double seconds(Tick time) { return static_cast<double>(time.count()) / 1e6; }

json::value seconds_or_null(std::optional<Tick> time) {
  return time ? json::value(seconds(*time)) : json::value(nullptr);
}

json::object as_json(const BoardOutcome& board) {
  json::array timeline;
  for (const auto& step : board.timeline)
    timeline.push_back(json::object{{"at", seconds(step.at)}, {"what", step.what}});
  const auto& firmware = board.firmware;
  return {{"name", board.name},
          {"group", board.group},
          {"dialect", board.dialect},
          {"mac", board.mac.text()},
          {"address", board.address ? json::value(board.address->text()) : json::value(nullptr)},
          {"counts", board.counts},
          {"there", board.reached_at.has_value()},
          {"seconds", seconds_or_null(board.took())},
          {"stage", board.stage},
          {"failure", board.failure},
          {"generation", board.label},
          {"bytes", firmware.bytes + board.node_bytes},
          {"requests", firmware.requests},
          {"misses", firmware.misses},
          {"probes", firmware.probes},
          {"dhcp_sent", firmware.dhcp_sent},
          {"retries", firmware.retries + board.node_retries},
          {"waits", board.waits},
          {"boots", firmware.boots},
          {"timeline", std::move(timeline)}};
}

}  // namespace

std::string report_json(const FleetOutcome& outcome) {
  json::array boards, differences, checked;
  for (const auto& board : outcome.boards) boards.push_back(as_json(board));
  for (const auto& line : outcome.differences) differences.push_back(json::string(line));
  for (const auto& line : outcome.checked) checked.push_back(json::string(line));
  return json::serialize(json::object{{"good", outcome.good()},
                                      {"goal", name_of(outcome.goal)},
                                      {"seconds", seconds(outcome.took)},
                                      {"in_time", outcome.in_time},
                                      {"left_behind", outcome.left_behind},
                                      {"differences", std::move(differences)},
                                      {"checked", std::move(checked)},
                                      {"frames_up", outcome.frames_up},
                                      {"frames_down", outcome.frames_down},
                                      {"lost_up", outcome.lost_up},
                                      {"lost_down", outcome.lost_down},
                                      {"overflowed", outcome.overflowed},
                                      {"boards", std::move(boards)}}) +
         "\n";
}

}  // namespace rootstock::fleet
