#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

#include "config/validate.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/print.hpp"

namespace rootstock::server {

namespace {

using boost::json::object;

/// "arm64 Raspberry Pi 4": what runs on it, and how it starts.
std::string board(const object& node) {
  const auto architecture = text_of(node, "architecture");
  return architecture.empty() ? text_of(node, "dialect") : architecture + " " + text_of(node, "dialect");
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

/// The generation it reported; when its next boot brings another one, that too.
std::string generation(const object& node) {
  const auto now = text_of(node, "generation"), next = text_of(node, "boots");
  if (now == next || next.empty()) return now.empty() ? "-" : now;
  return now.empty() ? "(" + next + ")" : now + " (then " + next + ")";
}

std::string boot_seconds(const object& node) {
  return number_of(node, "boot_started") > 0 ? seconds_text(number_of(node, "seconds")) : "-";
}

void print_table(const boost::json::array& nodes) {
  if (nodes.empty()) {
    fmt::print(
        "No node yet. Plug a board into the cluster network, set it to boot from the network and switch it "
        "on;\n"
        "it gets the next seat by itself.\n");
    return;
  }
  std::vector<std::vector<std::string>> rows{
      {"NODE", "ADDRESS", "STAGE", "BOOT", "SENT", "GENERATION", "BOARD", "SERIAL", "MAC"}};
  std::size_t up = 0;
  std::string troubles;
  for (const auto& entry : nodes) {
    const auto& node = entry.as_object();
    const auto stage = text_of(node, "stage");
    rows.push_back({text_of(node, "name"), or_dash(text_of(node, "address")), stage, boot_seconds(node),
                    bytes_text(number_of(node, "bytes")), generation(node), board(node),
                    or_dash(text_of(node, "serial")), text_of(node, "mac")});
    if (stage == "up") ++up;
    if (const auto trouble = text_of(node, "trouble"); !trouble.empty())
      troubles += fmt::format("{}: {}\n", text_of(node, "name"), trouble);
  }
  fmt::print("{}{}{} of {} up\n", aligned(rows), troubles, up, nodes.size());
}

void print_node(const object& node) {
  const auto started = number_of(node, "boot_started");
  std::vector<std::vector<std::string>> lines{{"node", text_of(node, "name")},
                                              {"address", or_dash(text_of(node, "address"))},
                                              {"MAC", text_of(node, "mac")},
                                              {"dialect", text_of(node, "dialect")},
                                              {"architecture", or_dash(text_of(node, "architecture"))},
                                              {"serial", or_dash(text_of(node, "serial"))},
                                              {"image", text_of(node, "image")},
                                              {"generation", generation(node)},
                                              {"stage", text_of(node, "stage")},
                                              {"this boot", boot_seconds(node)},
                                              {"sent", bytes_text(number_of(node, "bytes"))}};
  if (const auto trouble = text_of(node, "trouble"); !trouble.empty()) lines.push_back({"trouble", trouble});
  fmt::print("{}", aligned(lines));
  const auto& events = list_of(node, "events");
  if (events.empty()) return;
  fmt::print("\nits current boot, in seconds since it began:\n");
  for (const auto& entry : events) {
    const auto& event = entry.as_object();
    fmt::print("{:>8.2f}  {}\n", number_of(event, "at") - started, text_of(event, "text"));
  }
}

void run(Context& context, const std::string& name) {
  if (!name.empty() && !is_host_label(name))
    return context.failed(
        {fmt::format("\"{}\" is not the name of a node", name), "`rootstock nodes` lists them"},
        exit_bad_input);
  const auto answer = ask(context, name.empty() ? "/nodes" : "/nodes/" + name);
  if (!answer) return;
  if (context.json)
    fmt::print("{}\n", boost::json::serialize(*answer));
  else if (name.empty())
    print_table(list_of(answer->as_object(), "nodes"));
  else
    print_node(answer->as_object());
}

}  // namespace

void add_nodes(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("nodes", "Who is there, and how far each boot is");
  const auto name = std::make_shared<std::string>();
  command->add_option("NODE", *name, "Only this node, with what happened in its current boot");
  command->footer(
      R"(Stages: new, dhcp, loader, kernel, initramfs, overlay, up; or trouble, with what the node said.
GENERATION is what the node reported; (then X) is what its next boot brings.

Examples:
  rootstock nodes
  rootstock nodes node03
  rootstock nodes --json | jq -r '.nodes[] | select(.stage != "up") | .name')");
  command->callback([&context, name] { run(context, *name); });
}

}  // namespace rootstock::server
