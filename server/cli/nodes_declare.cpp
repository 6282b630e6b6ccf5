// `rootstock nodes declare`: seats for boards that are yet to come.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <memory>

#include "config/diagnostic.hpp"
#include "config/file.hpp"
#include "config/node_csv.hpp"
#include "server/cli/admin_client.hpp"
#include "server/cli/nodes_verbs.hpp"
#include "server/cli/print.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {

namespace {

using boost::json::array;
using boost::json::object;

struct Arguments {
  std::string subject;
  NodeWords node;
  bool dry_run = false;
};

object row_of(const NodeWords& node) {
  return {{"name", node.name},
          {"mac", node.mac},
          {"serial", node.serial},
          {"group", node.group},
          {"address", node.address}};
}

NodeFault fault_of(const object& fault) {
  return {static_cast<std::size_t>(number_of(fault, "row")), text_of(fault, "field"), text_of(fault, "error"),
          text_of(fault, "hint")};
}

void print(Context& context, const object& answer, bool dry_run) {
  print_change(context, answer);
  if (context.json) return;
  fmt::print("{}\n", dry_run ? "nothing was changed (--dry-run)"
                             : "switch the boards on: those without MAC and serial are seated in this order");
}

/// Asks the service; faults become the caller's business.
std::optional<object> declared(Context& context, const std::vector<NodeWords>& nodes, bool dry_run) {
  array rows;
  for (const auto& node : nodes) rows.push_back(row_of(node));
  const auto answer = post(context, "/nodes/declare", {{"rows", std::move(rows)}, {"dry_run", dry_run}});
  if (!answer) return std::nullopt;
  return answer->as_object();
}

/// A range of names is as many seats, for the next boards that come.
void declare_names(Context& context, const Arguments& words) {
  const auto names = expand(words.subject);
  if (!names) return context.failed(names.error(), exit_bad_input);
  const auto& one = words.node;
  if (names->size() > 1 && !(one.mac.empty() && one.serial.empty() && one.address.empty()))
    return context.failed({"--mac, --serial and --address are for one node, and several are named",
                           "write them into a file: name,mac,serial,group,address"},
                          exit_bad_input);
  std::vector<NodeWords> nodes(names->size(), one);
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i].name = (*names)[i];
  const auto answer = declared(context, nodes, words.dry_run);
  if (!answer) return;
  const auto& faults = list_of(*answer, "faults");
  for (const auto& entry : faults) {
    const auto fault = fault_of(entry.as_object());
    context.failed({fault.what, fault.hint}, exit_bad_input);
  }
  if (faults.empty()) print(context, *answer, words.dry_run);
}

/// `done`: what the service had done before it met a fault that no look beforehand shows, such as a full
/// disk.
void tell(Context& context, const std::vector<Diagnostic>& faults, const array& done = {}) {
  std::vector<std::string> names;
  for (const auto& entry : done) names.push_back(text_of(entry.as_object(), "node"));
  const auto end = names.empty()
                       ? "nothing was changed"
                       : fmt::format("done before that: {}; the others not", fmt::join(names, ", "));
  fmt::print(stderr, "{}{}\n", text(faults), end);
  context.exit_code = exit_bad_input;
}

void declare_file(Context& context, const std::string& file, bool dry_run) {
  const auto content = content_of(file);
  if (!content)
    return context.failed({fmt::format("{} cannot be read: {}", file, content.error().message()),
                           "its first line names the columns: name,mac,serial,group,address"},
                          exit_bad_input);
  const auto csv = parse_node_csv(*content, file);
  if (!csv) return tell(context, csv.error());
  const auto answer = declared(context, csv->nodes, dry_run);
  if (!answer) return;
  std::vector<Diagnostic> faults;
  for (const auto& entry : list_of(*answer, "faults"))
    faults.push_back(csv->fault(file, fault_of(entry.as_object())));
  std::stable_sort(faults.begin(), faults.end(),
                   [](const auto& a, const auto& b) { return a.at.line < b.at.line; });
  if (!faults.empty()) return tell(context, faults, list_of(*answer, "done"));
  print(context, *answer, dry_run);
}

void run(Context& context, const Arguments& words) {
  const bool is_file = words.subject.find_first_of("./") != std::string::npos;
  if (is_file && (row_of(words.node) != row_of({})))
    return context.failed({"--mac, --serial, --group and --address are for one node, not for a file",
                           "write them into the columns of the file"},
                          exit_bad_input);
  if (is_file) return declare_file(context, words.subject, words.dry_run);
  declare_names(context, words);
}

}  // namespace

void add_declare(CLI::App& nodes, Context& context) {
  auto* command = nodes.add_subcommand("declare", "Make seats for boards that are yet to come");
  const auto words = std::make_shared<Arguments>();
  command->add_option("NAMES|FILE.csv", words->subject, "One node, a range (gpu[01-04]), or a list in a file")
      ->required();
  command->add_option("--mac", words->node.mac, "Of its board")->type_name("MAC");
  command->add_option("--serial", words->node.serial, "Of a Raspberry Pi")->type_name("HEX");
  command->add_option("--group", words->node.group, "One of the settings")->type_name("GROUP");
  command->add_option("--address", words->node.address, "On the cluster network")->type_name("IPV4");
  command->add_flag("--dry-run", words->dry_run, "Only say what is wrong, or would be done");
  command->footer(
      R"(A node without MAC and serial is for the next new board, in the order declared. The first line of a file names
its columns, in any order: name,mac,serial,group,address. Nothing is done unless every line is right.

Examples:
  rootstock nodes declare gpu01 --mac 3c:6d:66:01:02:03 --address 10.77.0.21
  rootstock nodes declare 'gpu[01-04]' --group gpus
  rootstock nodes declare shelf.csv --dry-run
  rootstock nodes declare shelf.csv)");
  command->callback([&context, words] { run(context, *words); });
}

}  // namespace rootstock::server
