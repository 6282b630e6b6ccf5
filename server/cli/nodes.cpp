// `rootstock nodes`: who is there, how far each boot is, and the verbs that change it.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <vector>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/node_table.hpp"
#include "server/cli/nodes_verbs.hpp"
#include "server/cli/print.hpp"
#include "server/cli/watch.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

struct Arguments {
  std::vector<std::string> nodes;
  bool watch = false;
};

void print_table(const boost::json::array& nodes) {
  if (nodes.empty()) {
    fmt::print(
        "No node yet. Plug a board into the cluster network, set it to boot from the network and switch it "
        "on:\n"
        "it takes the next seat, or waits to be let in, as nodes.join in the settings says.\n");
    return;
  }
  const auto width = ::isatty(STDOUT_FILENO) != 0 ? terminal_window().width : any_width;
  fmt::print("{}{}{}{}\n", aligned(node_rows(nodes, width)), fmt::join(node_remarks(nodes), "\n"),
             node_remarks(nodes).empty() ? "" : "\n", node_summary(nodes));
}

void print_node(const object& node) {
  fmt::print("{}", aligned(node_lines(node)));
  const auto& events = list_of(node, "events");
  if (events.empty()) return;
  fmt::print("\nits current boot, in seconds since it began:\n");
  for (const auto& entry : events) {
    const auto& event = entry.as_object();
    fmt::print("{:>8.2f}  {}\n", number_of(event, "at") - number_of(node, "boot_started"),
               text_of(event, "text"));
  }
}

void show_one(Context& context, const std::string& name) {
  const auto answer = ask(context, "/nodes/" + name);
  if (!answer) return;
  if (context.json)
    fmt::print("{}\n", boost::json::serialize(*answer));
  else
    print_node(answer->as_object());
}

void show_list(Context& context, const std::string& target) {
  const auto answer = ask(context, target);
  if (!answer) return;
  if (context.json)
    fmt::print("{}\n", boost::json::serialize(*answer));
  else
    print_table(list_of(answer->as_object(), "nodes"));
}

void run(Context& context, const Arguments& words) {
  const auto list = list_of_words(words.nodes);
  if (list.empty()) return words.watch ? watch_nodes(context, "/nodes") : show_list(context, "/nodes");
  const auto names = expand(list);
  if (!names) return context.failed(names.error(), exit_bad_input);
  if (names->size() == 1 && names->front() != "all" && !words.watch)
    return show_one(context, encoded(names->front()));
  const auto target = "/nodes?nodes=" + encoded(list);
  words.watch ? watch_nodes(context, target) : show_list(context, target);
}

}  // namespace

void add_nodes(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("nodes", "Who is there, and how far each boot is; let boards in, change seats");
  const auto words = std::make_shared<Arguments>();
  command->require_subcommand(0, 1);
  command->add_option("NODES", words->nodes,
                      "Only these: names, ranges (node[01-12,15]), MAC addresses, or \"all\"; one alone "
                      "with what happened in its current boot");
  command->add_flag("--watch", words->watch, "Stay, and show each change; Ctrl-C ends it");
  command->footer(
      R"(Stages: vacant (a seat without a board), new (its board was not heard yet), waiting (to be let in), denied, queued
(for a place on the wire); dhcp, loader, kernel, initramfs, overlay, root, starting: a boot on its way; up; lost (it was
up and is silent), off; trouble, with what the node said. `rootstock story NODE` tells more.
BOOT is how long its latest boot took or takes, SENT what it was sent. GENERATION is what the node reported; (X) or
(then X) is what its next boot brings. A terminal that is too narrow for all columns shows the most important ones.

Examples:
  rootstock nodes
  rootstock nodes node03
  rootstock nodes 'node[01-12]' --watch        # the shell must not take the brackets: quote them
  rootstock nodes join --for 10m
  rootstock nodes --json | jq -r '.nodes[] | select(.stage != "up") | .name')");
  add_join(*command, context);
  add_node_changes(*command, context);
  add_declare(*command, context);
  command->callback([&context, command, words] {
    if (command->get_subcommands().empty()) run(context, *words);
  });
}

}  // namespace rootstock::server
