#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <memory>
#include <optional>
#include <vector>

#include "server/cli/admin_client.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/print.hpp"
#include "server/nodes/board_words.hpp"

namespace rootstock::server {

namespace {

struct Asked {
  std::string board;
  std::optional<std::uint16_t> arch;
  bool ipxe = false;
  std::string firmware;
};

std::string or_else(std::string text, std::string_view otherwise) {
  return text.empty() ? std::string{otherwise} : text;
}

void print_list(std::string_view heading, const boost::json::array& lines) {
  if (lines.empty()) return;
  fmt::print("\n{}\n", heading);
  for (const auto& line : lines)
    if (const auto* text = line.if_string()) fmt::print("  - {}\n", std::string_view{*text});
}

void print(const boost::json::object& answer) {
  const auto node = text_of(answer, "node");
  fmt::print("{}", aligned({{"board", text_of(answer, "mac")},
                            {"dialect", text_of(answer, "dialect")},
                            {"architecture", or_else(text_of(answer, "architecture"), "not known")},
                            {"serial", or_else(text_of(answer, "serial"), "-")},
                            {"node", or_else(node, "none yet")},
                            {"address", or_else(text_of(answer, "address"), "-")},
                            {"boot file", or_else(text_of(answer, "boot_file"), "none")},
                            {"generation", or_else(text_of(answer, "generation"), "-")}}));
  print_list("because", list_of(answer, "why"));
  print_list("its firmware asks for", list_of(answer, "files"));
  print_list("what its firmware needs beside the standards", list_of(answer, "quirks"));
}

/// The MAC as it was written, or those of the nodes that were named.
std::optional<std::vector<Mac>> boards_named(Context& context, const std::string& word) {
  if (const auto mac = Mac::parse(word)) return std::vector{*mac};
  const auto nodes = nodes_chosen(context, word);
  if (!nodes) return std::nullopt;
  std::vector<Mac> boards;
  for (const auto& node : *nodes) {
    const auto mac = Mac::parse(text_of(node, "mac"));
    if (mac)
      boards.push_back(*mac);
    else
      context.failed({"nobody sits on " + text_of(node, "name"), "name a board by its MAC address"},
                     exit_bad_input);
  }
  return boards;
}

std::string target_of(const Mac& mac, const Asked& asked) {
  auto target = "/explain?mac=" + mac.text();
  if (asked.arch) target += fmt::format("&arch={}", *asked.arch);
  if (asked.ipxe) target += "&ipxe=1";
  if (!asked.firmware.empty()) target += "&firmware=" + asked.firmware;
  return target;
}

void run(Context& context, const Asked& asked) {
  const auto boards = boards_named(context, asked.board);
  if (!boards) return;
  boost::json::array all;
  for (const auto& mac : *boards) {
    const auto answer = ask(context, target_of(mac, asked));
    if (!answer) return;
    if (!context.json) {
      fmt::print("{}", all.empty() ? "" : "\n");
      print(answer->as_object());
    }
    all.push_back(*answer);
  }
  if (!context.json || all.empty()) return;
  const auto said = all.size() == 1 ? all.front() : boost::json::object{{"boards", std::move(all)}};
  fmt::print("{}\n", boost::json::serialize(said));
}

}  // namespace

void add_explain(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("explain", "What a board would be told, and why");
  const auto asked = std::make_shared<Asked>();
  command
      ->add_option("BOARD", asked->board,
                   "Its network address, as on its label (52:54:00:12:34:56); or nodes: node03, node[01-12]")
      ->required();
  command->add_option("--arch", asked->arch, "Ask as this firmware: the number in DHCP option 93")
      ->type_name("N");
  command->add_flag("--ipxe", asked->ipxe, "Ask as iPXE, which the board's own firmware has already loaded");
  command->add_option("--firmware", asked->firmware, "Ask as this kind of board")
      ->check(CLI::IsMember(firmware_words()))
      ->type_name("WORD");
  command->footer(R"(Nothing is sent to the board and nothing changes.

Firmware words: bios, uefi-x64, uefi-arm64, http-x64, http-arm64, uboot, pi3, pi4, pi5, pi, ipxe.
Firmware numbers (RFC 4578): 0 x86 BIOS, 7 UEFI x86-64, 11 UEFI arm64, 16 and 19 their HTTP boot, 22 U-Boot arm64.

Examples:
  rootstock explain 52:54:00:12:34:56
  rootstock explain node07
  rootstock explain dc:a6:32:12:34:56 --firmware pi4
  rootstock explain 52:54:00:12:34:56 --arch 7
  rootstock explain 52:54:00:12:34:56 --arch 7 --ipxe)");
  command->callback([&context, asked] { run(context, *asked); });
}

}  // namespace rootstock::server
