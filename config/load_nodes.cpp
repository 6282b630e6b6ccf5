#include "config/load_nodes.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "config/declared.hpp"
#include "config/duration.hpp"

namespace rootstock {
namespace {

constexpr std::array<std::pair<std::string_view, JoinMode>, 4> join_modes{{{"open", JoinMode::open},
                                                                           {"window", JoinMode::window},
                                                                           {"approve", JoinMode::approve},
                                                                           {"closed", JoinMode::closed}}};

void read_digits(const TomlTable& table, int& digits) { take_count(digits, table, "digits", 1, 6); }

void read_join(const TomlTable& table, NodeSettings& nodes) {
  const auto word = table.text("join");
  if (!word) return;
  for (const auto& [known, mode] : join_modes)
    if (known == *word) {
      nodes.join = mode;
      return;
    }
  table.fault(
      "join", "\"" + *word + "\" is no way to join",
      "\"open\": a new board gets a seat; \"window\": while `rootstock nodes join` runs; \"approve\": "
      "when somebody says yes; \"closed\": never");
}

void read_patience(const TomlTable& table, NodeSettings& nodes) {
  const auto text = table.text("root_patience");
  if (!text) return;
  const auto time = *text == "never" ? std::chrono::seconds{0} : parse_duration(*text);
  if (!time)
    return table.fault("root_patience", "`root_patience` is not a length of time",
                       std::string{duration_hint} + ", or \"never\" to reboot");
  if (*text != "never" && *time < std::chrono::seconds{30})
    return table.fault("root_patience", "nodes would reboot whenever the head is restarted",
                       "30 seconds or more; \"never\": they wait for their root for ever");
  nodes.root_patience = *time;
}

void read_nodes(const TomlTable& table, NodeSettings& nodes) {
  read_join(table, nodes);
  read_patience(table, nodes);
  take(nodes.prefix, table.text("prefix"));
  read_digits(table, nodes.digits);
  take(nodes.image, table.text("image"));
  take(nodes.kernel_options, table.text("kernel_options"));
  for (auto& file : table.texts("authorized_keys")) nodes.authorized_keys.emplace_back(std::move(file));
}

GroupSettings read_group(const TomlTable& table, const std::string& name) {
  GroupSettings group;
  group.name = name;
  take(group.prefix, table.text("prefix"));
  read_digits(table, group.digits);
  take(group.image, table.text("image"));
  take(group.kernel_options, table.text("kernel_options"));
  group.boards = table.texts("boards");
  return group;
}

void read_declared_nodes(const TomlTable& top, Settings& settings) {
  const auto tables = top.tables("node");
  std::vector<NodeWords> words;
  for (const auto& table : tables) {
    NodeWords node;
    node.name = table.required_text("name", "each declared node needs one: name = \"gpu01\"");
    take(node.mac, table.text("mac"));
    take(node.serial, table.text("serial"));
    take(node.group, table.text("group"));
    take(node.address, table.text("address"));
    words.push_back(std::move(node));
  }
  auto declared = read_declared(words, settings);
  for (auto& fault : declared.faults)
    if (const auto& table = tables[fault.node]; table.sound(fault.field))
      table.fault(fault.field, std::move(fault.what), std::move(fault.hint));
  settings.declared = std::move(declared.nodes);
}

void read_admission(const TomlTable& table, AdmissionSettings& admission) {
  take(admission.enabled, table.boolean("enabled"));
  const auto text = table.text("bandwidth");
  if (!text) return;
  constexpr std::uint64_t least = 1'000'000, most = 400'000'000'000;
  const auto bits = *text == "auto" ? 0 : parse_rate(*text);
  if (!bits || (*text != "auto" && (*bits < least || *bits > most)))
    return table.fault("bandwidth", "\"" + *text + "\" is no bandwidth",
                       R"(as in "300mbit", "1gbit", "2.5gbit"; "auto": as the link says, then as measured)");
  admission.bandwidth = *bits;
}

}  // namespace

void read_nodes_and_groups(const TomlTable& top, Settings& settings) {
  read_nodes(top.table("nodes"), settings.nodes);
  const auto groups = top.table("groups");
  for (const auto& name : groups.keys()) settings.groups.push_back(read_group(groups.table(name), name));
  read_declared_nodes(top, settings);
  read_admission(top.table("admission"), settings.admission);
}

}  // namespace rootstock
