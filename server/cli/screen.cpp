#include "server/cli/screen.hpp"

#include <fmt/format.h>

namespace rootstock::server {
namespace {

// ECMA-48: cursor home, erase to the end of the line, of the screen.
constexpr auto home = "\x1b[H", rest_of_line = "\x1b[K", rest_of_screen = "\x1b[J";

/// The first `width` characters of UTF-8; what would move the cursor is shown as '?'.
std::string cut(const std::string& line, std::size_t width) {
  std::string out;
  std::size_t characters = 0;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0) != 0x80 && ++characters > width) break;
    out += byte < 0x20 || byte == 0x7f ? '?' : c;
  }
  return out;
}

std::vector<std::string> fitted(const std::vector<std::string>& lines, std::size_t height) {
  if (lines.size() <= height || lines.size() < 3) return lines;
  if (height < 3) return {lines.back()};
  std::vector<std::string> out(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(height - 2));
  out.push_back(fmt::format("... {} more lines: a taller window shows them", lines.size() - height + 1));
  out.push_back(lines.back());
  return out;
}

}  // namespace

std::string drawn(const std::vector<std::string>& lines, Window window) {
  std::string out = home;
  bool first = true;
  for (const auto& line : fitted(lines, window.height)) {
    out += first ? "" : "\r\n";  // no line end behind the last: the window would move
    out += cut(line, window.width) + rest_of_line;
    first = false;
  }
  return out + rest_of_screen;
}

}  // namespace rootstock::server
