#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/print.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

struct Asked {
  std::vector<std::string> nodes;
  int back = 0;
  bool all = false;
};

/// "21 Nov 17:04:09", in this terminal's time.
std::string day_and_time(double unix_seconds) {
  if (unix_seconds <= 0) return "-";
  return fmt::format("{:%d %b %H:%M:%S}", fmt::localtime(static_cast<std::time_t>(unix_seconds)));
}

void print_folded(const std::string& text) {
  constexpr std::size_t width = 100;
  for (const auto& line : folded(text, width, "  ")) fmt::print("{}\n", line);
}

void print_conclusion(const object& boot) {
  print_folded(text_of(boot, "conclusion"));
  if (const auto to_do = text_of(boot, "to_do"); !to_do.empty()) print_folded("To do: " + to_do);
}

void print_stages(const object& boot) {
  const auto& stages = list_of(boot, "stages");
  if (stages.empty()) return;
  std::vector<std::vector<std::string>> rows{{"  STAGE", "BEGAN", "TOOK", "SENT"}};
  for (const auto& entry : stages) {
    const auto& stage = entry.as_object();
    rows.push_back({"  " + text_of(stage, "stage"), day_and_time(number_of(stage, "at")),
                    seconds_text(number_of(stage, "seconds")), bytes_text(number_of(stage, "bytes"))});
  }
  fmt::print("\n{}", aligned(rows));
}

void print_events(const object& boot) {
  const auto& events = list_of(boot, "events");
  if (events.empty()) return;
  const auto started = number_of(boot, "started");
  fmt::print("\n  what happened, in seconds since it began:\n");
  for (const auto& entry : events) {
    const auto& event = entry.as_object();
    fmt::print("  {:>8.2f}  {}\n", number_of(event, "at") - started, text_of(event, "text"));
  }
}

std::string when(const object& boot) {
  const auto back = number_of(boot, "boot");
  const auto began = day_and_time(number_of(boot, "started"));
  if (began == "-") return "no boot seen";
  if (back == 0) return "its latest boot, since " + began;
  return fmt::format("boot {} back, of {}", back, began);
}

void print_story(const object& boot) {
  const auto mac = text_of(boot, "mac");
  fmt::print("{}{}: {}\n", text_of(boot, "node"), mac.empty() ? "" : " (" + mac + ")", when(boot));
  print_conclusion(boot);
  print_stages(boot);
  print_events(boot);
}

void print_list(const object& node) {
  std::vector<std::vector<std::string>> rows{
      {"BOOT", "BEGAN", "STAGE", "SENT", "GENERATION", "FAULT", "WHAT BECAME OF IT"}};
  for (const auto& entry : list_of(node, "boots")) {
    const auto& boot = entry.as_object();
    const auto generation = text_of(boot, "generation");
    rows.push_back({fmt::format("{}", number_of(boot, "boot")), day_and_time(number_of(boot, "started")),
                    text_of(boot, "stage"), bytes_text(number_of(boot, "bytes")),
                    generation.empty() ? "-" : generation, text_of(boot, "fault"),
                    text_of(boot, "conclusion")});
  }
  fmt::print("{}\n{}", text_of(node, "node"), aligned(rows));
}

void print(const object& node) {
  if (node.contains("boots"))
    print_list(node);
  else
    print_story(node);
}

void run(Context& context, const Asked& asked) {
  const auto list = list_of_words(asked.nodes);
  if (const auto names = expand(list); !names) return context.failed(names.error(), exit_bad_input);
  auto target = "/story/" + list;
  if (asked.all)
    target += "?all=1";
  else if (asked.back > 0)
    target += fmt::format("?boot={}", asked.back);
  const auto answer = ask(context, target);
  if (!answer) return;
  if (context.json) {
    fmt::print("{}\n", boost::json::serialize(*answer));
    return;
  }
  const auto& object = answer->as_object();
  if (!object.contains("stories")) return print(object);
  bool first = true;
  for (const auto& story : list_of(object, "stories")) {
    if (!std::exchange(first, false)) fmt::print("\n");
    print(story.as_object());
  }
}

}  // namespace

void add_story(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("story", "What a boot did, what is wrong with it, and what to do");
  const auto asked = std::make_shared<Asked>();
  command->add_option("NODES", asked->nodes, "One or more: node03, node[01-12], MAC addresses, or \"all\"")
      ->required();
  auto* back = command->add_option("--boot", asked->back, "The boot so many back: 0 is the latest")
                   ->check(CLI::NonNegativeNumber)
                   ->type_name("K");
  command->add_flag("--all", asked->all, "A line for each boot that is kept (the last 20)")->excludes(back);
  command->footer(
      R"(From what the head itself saw on the wire, and from what the node reports: nothing runs on the board for it.
Nothing that looks wrong is "none" or "under-way" in --json's "fault".

Examples:
  rootstock story node07
  rootstock story node07 --boot 1       # the one before
  rootstock story node07 --all
  rootstock story all --json | jq -r '.stories[] | select(.fault != "none") | .node + ": " + .conclusion')");
  command->callback([&context, asked] { run(context, *asked); });
}

}  // namespace rootstock::server
