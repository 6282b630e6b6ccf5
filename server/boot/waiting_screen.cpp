#include "server/boot/waiting_screen.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {
namespace {

// Firmware that asks without a pause would ask thousands of times; one that pauses for minutes looks dead.
constexpr std::chrono::seconds shortest{1}, longest{60};
constexpr std::size_t longest_line = 400;  // five rows of a screen; GRUB and iPXE hold a line in memory

}  // namespace

std::string one_line(std::string_view text) {
  std::string line{text.substr(0, longest_line)};
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

WaitingScreen screen_of(std::string_view node, const Failure& why) {
  WaitingScreen screen;
  screen.lines.push_back(fmt::format("Rootstock: {} cannot boot yet: {}", node, one_line(why.what)));
  if (!why.hint.empty()) screen.lines.push_back("To do: " + one_line(why.hint));
  return screen;
}

WaitingScreen screen_of(const NodeRecord& node, const Pass& pass) {
  const auto serial = node.serial.empty() ? std::string{} : ", serial " + node.serial;
  WaitingScreen screen;
  screen.lines.push_back(one_line(
      fmt::format("Rootstock: this is {} (MAC {}{}), and it waits", node.name, node.mac.text(), serial)));
  screen.lines.push_back("Rootstock: " + one_line(pass.words));
  screen.again = std::clamp(pass.again, shortest, longest);
  screen.renew = node.standing != Standing::member;
  return screen;
}

}  // namespace rootstock::server
