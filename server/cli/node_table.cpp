#include "server/cli/node_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

#include "server/cli/print.hpp"
#include "server/nodes/hostlist.hpp"

namespace rootstock::server {
namespace {

using boost::json::array;
using boost::json::object;

/// "Raspberry Pi 4", "amd64 iPXE": how it starts, and what runs on it where that does not say so.
std::string board(const object& node) {
  const auto architecture = text_of(node, "architecture"), dialect = text_of(node, "dialect");
  const bool told = architecture.empty() || dialect.find(architecture) != dialect.npos ||
                    dialect.starts_with("Raspberry") || dialect.find("x86") != dialect.npos;
  return told ? dialect : architecture + " " + dialect;
}

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

/// The generation it reported; when its next boot brings another one, that too. What a board will boot that
/// was never seen, nobody knows.
std::string generation(const object& node) {
  if (text_of(node, "architecture").empty() && text_of(node, "pinned").empty()) return "-";
  const auto now = text_of(node, "generation"), next = text_of(node, "boots");
  const auto pinned = text_of(node, "pinned").empty() ? "" : ", pinned";
  if (now == next || next.empty()) return now.empty() ? "-" : now + pinned;
  return now.empty() ? "(" + next + pinned + ")" : now + " (then " + next + pinned + ")";
}

std::string boot_seconds(const object& node) {
  return number_of(node, "boot_started") > 0 ? seconds_text(number_of(node, "seconds")) : "-";
}

/// What the latest heartbeat said, in one line.
std::string beat_words(const object& beat) {
  auto words = fmt::format("up for {}, {:.0f} of {:.0f} MiB free", seconds_text(number_of(beat, "uptime")),
                           number_of(beat, "memory"), number_of(beat, "total"));
  if (const auto heat = number_of(beat, "temperature"); heat != 0) words += fmt::format(", {:.0f} C", heat);
  if (beat.contains("root_ms")) words += fmt::format(", root {:.0f} ms", number_of(beat, "root_ms"));
  if (const auto slurmd = text_of(beat, "slurmd"); !slurmd.empty()) words += ", slurmd " + slurmd;
  if (const auto throttled = text_of(beat, "throttled"); !throttled.empty()) words += ", " + throttled;
  return words;
}

std::vector<std::string> lines_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::string> lines;
  std::istringstream table(aligned(rows));
  for (std::string line; std::getline(table, line);) lines.push_back(line);
  return lines;
}

std::size_t width_of(const std::vector<std::vector<std::string>>& rows) {
  std::size_t widest = 0;
  for (const auto& line : lines_of(rows)) widest = std::max(widest, line.size());
  return widest;
}

void leave_out(std::vector<std::vector<std::string>>& rows, std::string_view column) {
  const auto at = std::ranges::find(rows.front(), column) - rows.front().begin();
  if (at == std::ssize(rows.front())) return;
  for (auto& row : rows) row.erase(row.begin() + at);
}

/// Where a node stands, for the summary: how far a boot is does not matter there.
std::string standing(const object& node) {
  constexpr std::array booting{"dhcp", "loader", "kernel", "initramfs", "overlay", "root", "starting"};
  const auto stage = text_of(node, "stage");
  return std::ranges::find(booting, stage) == booting.end() ? stage : "booting";
}

/// As a shell takes it: 'node[01-03]'. Not those in doubt: what is said of them has its own advice.
std::string names_standing(const array& nodes, std::initializer_list<std::string_view> where) {
  std::vector<std::string> names;
  for (const auto& entry : nodes)
    if (const auto& node = entry.as_object();
        text_of(node, "doubt").empty() && std::ranges::find(where, text_of(node, "stage")) != where.end())
      names.push_back(text_of(node, "name"));
  return for_shell(fold(std::move(names)));
}

/// Who is up can be missed first.
array others_first(const array& nodes) {
  array sorted;
  for (const bool up : {false, true})
    for (const auto& entry : nodes)
      if ((text_of(entry.as_object(), "stage") == "up") == up) sorted.push_back(entry);
  return sorted;
}

}  // namespace

std::vector<std::vector<std::string>> node_rows(const array& nodes, std::size_t width) {
  const bool groups = std::any_of(nodes.begin(), nodes.end(), [](const auto& entry) {
    return !text_of(entry.as_object(), "group").empty();
  });
  std::vector<std::vector<std::string>> rows{
      {"NODE", "ADDRESS", "STAGE", "BOOT", "SENT", "GENERATION", "BOARD", "SERIAL", "MAC"}};
  if (groups) rows.front().insert(rows.front().begin() + 1, "GROUP");
  for (const auto& entry : nodes) {
    const auto& node = entry.as_object();
    rows.push_back({text_of(node, "name"), or_dash(text_of(node, "address")), text_of(node, "stage"),
                    boot_seconds(node), bytes_text(number_of(node, "bytes")), generation(node),
                    or_dash(board(node)), or_dash(text_of(node, "serial")), or_dash(text_of(node, "mac"))});
    if (groups) rows.back().insert(rows.back().begin() + 1, or_dash(text_of(node, "group")));
  }
  for (const auto* column : {"SENT", "SERIAL", "GROUP", "BOARD", "BOOT", "GENERATION"}) {
    if (width_of(rows) <= width) break;
    leave_out(rows, column);
  }
  return rows;
}

std::vector<std::string> node_remarks(const array& nodes) {
  std::vector<std::string> remarks;
  bool queue = false;
  for (const auto& entry : nodes) {
    const auto& node = entry.as_object();
    const bool queued = text_of(node, "stage") == "queued";
    queue = queue || queued;
    if (const auto detail = text_of(node, "detail"); !detail.empty() && !queued)
      remarks.push_back(text_of(node, "name") + ": " + detail);
  }
  if (queue) remarks.emplace_back("who waits for the wire, and for how long: rootstock queue");
  if (const auto names = names_standing(nodes, {"waiting"}); !names.empty())
    remarks.push_back("to let in who waits: rootstock nodes approve " + names);
  if (const auto names = names_standing(nodes, {"lost", "trouble"}); !names.empty())
    remarks.push_back("what is wrong, and what to do: rootstock story " + names);
  return remarks;
}

std::string node_summary(const array& nodes) {
  std::map<std::string, int> counts;
  for (const auto& entry : nodes) ++counts[standing(entry.as_object())];
  auto words = fmt::format("{} of {} up", counts["up"], nodes.size());
  for (const auto* where :
       {"lost", "trouble", "waiting", "denied", "queued", "booting", "off", "new", "vacant"})
    if (const int count = counts[where]; count > 0) words += fmt::format(", {} {}", count, where);
  return words;
}

std::vector<std::string> node_picture(const array& nodes, Window window, const std::string& clock) {
  std::vector<std::string> remarks;
  for (const auto& remark : node_remarks(nodes))
    for (auto& line : folded(remark, window.width)) remarks.push_back(std::move(line));
  auto table = lines_of(node_rows(nodes, window.width));
  if (table.size() + remarks.size() + 1 > window.height) {
    remarks.resize(std::min(remarks.size(), window.height / 3));
    const auto room = window.height - remarks.size() - 1;
    table = lines_of(node_rows(others_first(nodes), window.width));
    if (room >= 3 && table.size() > room) {
      table.resize(room - 1);
      table.push_back(
          fmt::format("... {} more nodes: a taller window shows them", nodes.size() - (room - 2)));
    }
  }
  table.insert(table.end(), remarks.begin(), remarks.end());
  table.push_back(node_summary(nodes) + "   " + clock);
  return table;
}

std::vector<std::vector<std::string>> node_lines(const object& node) {
  std::vector<std::vector<std::string>> lines{{"node", text_of(node, "name")},
                                              {"address", or_dash(text_of(node, "address"))},
                                              {"MAC", or_dash(text_of(node, "mac"))},
                                              {"dialect", or_dash(text_of(node, "dialect"))},
                                              {"architecture", or_dash(text_of(node, "architecture"))},
                                              {"serial", or_dash(text_of(node, "serial"))},
                                              {"image", text_of(node, "image")},
                                              {"generation", generation(node)},
                                              {"stage", text_of(node, "stage")},
                                              {"this boot", boot_seconds(node)},
                                              {"sent", bytes_text(number_of(node, "bytes"))}};
  for (const auto& [key, title] : {std::pair{"detail", "why"},
                                   {"model", "model"},
                                   {"group", "group"},
                                   {"pinned", "pinned to"},
                                   {"kernel_options", "its options"}})
    if (const auto text = text_of(node, key); !text.empty()) lines.push_back({title, text});
  if (const auto* beat = node.if_contains("beat"); beat != nullptr && beat->is_object())
    lines.push_back({"heartbeat", beat_words(beat->get_object())});
  return lines;
}

}  // namespace rootstock::server
