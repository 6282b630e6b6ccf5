#include "server/http/admin_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/array.hpp>
#include <charconv>
#include <optional>

#include "server/http/admin_answer.hpp"
#include "server/nodes/choice.hpp"

namespace rootstock::server {
namespace {

namespace json = boost::json;

/// What a list of boots shows of each.
json::object line_json(const BootRow& row, const ToldBoot& told, std::size_t back) {
  const auto& stages = told.stages;
  const auto started = told.started == Time{} ? row.started : told.started;
  const auto end = stages.empty()
                       ? started
                       : stages.back().at + std::chrono::duration_cast<Time::duration>(
                                                std::chrono::duration<double>(stages.back().seconds));
  return {{"boot", back},
          {"mac", row.mac == Mac{} ? std::string{} : row.mac.text()},
          {"firmware", told.firmware},
          {"started", unix_seconds(started)},
          {"ended", unix_seconds(row.ended)},
          {"seconds", stages.empty() ? 0 : std::chrono::duration<double>(end - started).count()},
          {"stage", row.stage},
          {"generation", row.generation},
          {"bytes", row.bytes},
          {"fault", told.fault},
          {"conclusion", told.conclusion.words},
          {"to_do", told.conclusion.to_do}};
}

json::object story_json(const BootRow& row, const ToldBoot& told, std::size_t back) {
  auto out = line_json(row, told, back);
  json::array stages, events;
  for (const auto& stage : told.stages)
    stages.push_back(json::object{{"stage", name_of(stage.stage)},
                                  {"at", unix_seconds(stage.at)},
                                  {"seconds", stage.seconds},
                                  {"bytes", stage.bytes}});
  for (const auto& event : told.events)
    events.push_back(json::object{{"at", unix_seconds(event.at)}, {"text", event.text}});
  out["stages"] = std::move(stages);
  out["events"] = std::move(events);
  return out;
}

/// "3" of ?boot=3; 0, the latest, when there is none.
std::optional<std::size_t> boot_asked_for(const Form& query) {
  const auto found = query.find("boot");
  if (found == query.end()) return 0;
  const auto& text = found->second;
  std::size_t back = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), back);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return back;
}

}  // namespace

AdminStory::AdminStory(Registry& registry, const Lookout& lookout, Chronicle& chronicle, ReadBoots read)
    : registry_(registry), lookout_(lookout), chronicle_(chronicle), read_(std::move(read)) {}

void AdminStory::register_at(AdminSite& site) {
  site.on(Method::get, "story/", [this](Request request, std::string names) {
    return stories(std::move(request), std::move(names));
  });
}

AdminStory::Boot AdminStory::current(const Node& node, Clocks now) const {
  BootRow row;
  row.number = node.record.number;
  row.mac = node.record.mac;
  row.started = chronicle_.began(node);
  row.stage = name_of(node.boot.stage());
  row.generation = node.boot.generation();
  row.bytes = node.boot.bytes();
  return {row, told(node.boot.data(), lookout_.conclude(node), now)};
}

Result<std::vector<AdminStory::Boot>, Failure> AdminStory::boots_of(const Node& node, bool latest) {
  const Clocks now{Time::clock::now(), Moment::clock::now()};
  chronicle_.look_at(node, now);
  std::vector<Boot> boots{current(node, now)};
  if (latest) return boots;
  auto rows = read_(node.record.number);
  if (!rows) return tl::unexpected{rows.error()};
  for (auto& row : *rows) {
    if (row.started == boots.front().row.started) continue;  // told as it is now
    auto story = told_in(row.story, row.ended != Time{} ? row.ended : row.started);
    boots.push_back({std::move(row), std::move(story)});
  }
  return boots;
}

AdminStory::Told AdminStory::story_of(const Node& node, std::size_t back, bool all) {
  const auto boots = boots_of(node, back == 0 && !all);
  if (!boots) return tl::unexpected{failure(500, boots.error())};
  json::object story;
  if (all) {
    json::array lines;
    for (std::size_t at = 0; at < boots->size(); ++at)
      lines.push_back(line_json((*boots)[at].row, (*boots)[at].told, at));
    story["boots"] = std::move(lines);
  } else if (back < boots->size()) {
    story = story_json((*boots)[back].row, (*boots)[back].told, back);
  } else {
    return tl::unexpected{
        failure(404, {fmt::format("of {} there is no boot {}", node.record.name, back),
                      fmt::format("rootstock story {} --all lists what is kept", node.record.name)})};
  }
  story["node"] = node.record.name;
  return story;
}

/// Twenty boots of a node are read and parsed in half a millisecond, and of a thousand nodes in half a
/// second: between two nodes, whoever waits for an address or a file has his turn.
boost::asio::awaitable<Answer> AdminStory::stories(Request request, std::string names) {
  const auto chosen = choose(registry_, names, std::nullopt);
  if (!chosen) co_return failure(404, chosen.error());
  const auto& query = request.target.query;
  const auto back = boot_asked_for(query);
  if (!back)
    co_return failure(400, {"'" + query.at("boot") + "' is not a number of boots back",
                            "0 is the latest, 1 the one before"});
  std::vector<int> numbers;  // a node may be forgotten before its turn comes
  for (const Node* node : *chosen) numbers.push_back(node->record.number);
  const auto executor = co_await boost::asio::this_coro::executor;
  json::array all;
  for (const int number : numbers) {
    if (!all.empty()) co_await boost::asio::post(executor, boost::asio::use_awaitable);
    const auto node = registry_.nodes().find(number);
    if (node == registry_.nodes().end()) continue;
    auto story = story_of(node->second, *back, query.contains("all"));
    if (!story) co_return std::move(story.error());
    all.push_back(*std::move(story));
  }
  if (numbers.size() == 1 && all.size() == 1) co_return json_answer(all.front());
  co_return json_answer(json::object{{"stories", std::move(all)}});
}

}  // namespace rootstock::server
