#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/command.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

/// Where somebody waits, in words.
std::string place_words(const object& boot) {
  const auto state = text_of(boot, "state"), where = text_of(boot, "where");
  if (state == "called") return "its turn has come";
  if (state == "starts") return "its kernel starts";
  if (state == "loads") return "loads";
  if (where == "dhcp") return "waits for its address";
  return where == "script" ? "waits in its boot loader" : "waits in its initramfs";
}

void print_queue(const object& queue) {
  if (truth_of(queue, "enabled"))
    fmt::print("{:.0f} of {:.0f} places taken, {:.0f} waiting; {:.0f} Mbit/s go out now\n{}\n",
               number_of(queue, "loading"), number_of(queue, "limit"), number_of(queue, "waiting"),
               number_of(queue, "sent_bits_per_second") / 1e6, text_of(queue, "why"));
  else
    fmt::print("{}\n{:.0f} loading\n", text_of(queue, "why"), number_of(queue, "loading"));
  const auto& boots = list_of(queue, "boots");
  if (boots.empty()) return;
  std::vector<std::vector<std::string>> rows{{"PLACE", "NODE", "DOES", "FOR", "SENT", "ABOUT"}};
  for (const auto& entry : boots) {
    const auto& boot = entry.as_object();
    const auto position = number_of(boot, "position");
    rows.push_back({position > 0 ? fmt::format("{:.0f}", position) : "-", text_of(boot, "node"),
                    place_words(boot), seconds_text(number_of(boot, "seconds")),
                    bytes_text(number_of(boot, "bytes")),
                    position > 0 ? seconds_text(number_of(boot, "about_seconds")) : "-"});
  }
  fmt::print("\n{}", aligned(rows));
}

/// Only the boots of these nodes; `list` empty: all.
bool narrow(Context& context, const std::string& list, object& queue) {
  if (list.empty()) return true;
  const auto nodes = nodes_chosen(context, list);
  if (!nodes) return false;
  std::set<std::string> names;
  for (const auto& node : *nodes) names.insert(text_of(node, "name"));
  boost::json::array left;
  for (const auto& boot : list_of(queue, "boots"))
    if (names.contains(text_of(boot.as_object(), "node"))) left.push_back(boot);
  queue["boots"] = std::move(left);
  return true;
}

void run(Context& context, const std::string& list) {
  auto answer = ask(context, "/queue");
  if (!answer || !narrow(context, list, answer->as_object())) return;
  if (context.json)
    fmt::print("{}\n", boost::json::serialize(*answer));
  else
    print_queue(answer->as_object());
}

}  // namespace

void add_queue(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("queue", "Who loads, who waits for a place on the wire, and for how long");
  const auto words = std::make_shared<std::vector<std::string>>();
  command->add_option("NODES", *words, "Only these: names, ranges (node[01-12,15]) or MAC addresses");
  command->footer(
      R"(Firmware gives up when a file comes too slowly, so only so many boards load at once that each gets enough of
the wire. The others wait where their firmware can stand it, in the order in which their boots began.
PLACE is the place in the queue; ABOUT, when its turn will come. [admission] in the settings changes it.

Examples:
  rootstock queue
  watch rootstock queue
  rootstock queue --json | jq '.limit, .why')");
  command->callback([&context, words] { run(context, list_of_words(*words)); });
}

}  // namespace rootstock::server
