#include "server/cli/node_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/cli/print.hpp"

namespace rootstock::server {
namespace {

using boost::json::array;
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

}  // namespace

std::vector<std::vector<std::string>> node_rows(const array& nodes) {
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
  return rows;
}

std::vector<std::string> node_remarks(const array& nodes) {
  std::vector<std::string> remarks;
  for (const auto& entry : nodes)
    if (const auto detail = text_of(entry.as_object(), "detail"); !detail.empty())
      remarks.push_back(text_of(entry.as_object(), "name") + ": " + detail);
  return remarks;
}

std::string node_summary(const array& nodes) {
  const auto up = std::count_if(nodes.begin(), nodes.end(), [](const auto& entry) {
    return text_of(entry.as_object(), "stage") == "up";
  });
  return fmt::format("{} of {} up", up, nodes.size());
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
