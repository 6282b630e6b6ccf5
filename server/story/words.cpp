#include "server/story/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <cmath>

namespace rootstock::server {
namespace {

constexpr std::size_t longest_report = 400;

/// C0, DEL and C1 (ECMA-48): some terminals take U+009B for the beginning of a command, as they do ESC [.
bool is_control(boost::locale::utf::code_point letter) {
  return letter < 0x20 || (letter >= 0x7f && letter < 0xa0);
}

bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }  // RFC 3629 section 3

}  // namespace

std::string_view last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto start = text.rfind('\n');
  return start == text.npos ? text : text.substr(start + 1);
}

std::string readable(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (const char *at = text.data(), *end = at + text.size(); at != end;) {
    const char* after = at;
    const auto letter = boost::locale::utf::utf_traits<char>::decode(after, end);
    if (!boost::locale::utf::is_valid_codepoint(letter)) {
      line += '?';
      ++at;
      continue;
    }
    if (is_control(letter))
      line += ' ';
    else
      line.append(at, after);
    at = after;
  }
  return line;
}

std::string printable(std::string_view text) {
  auto length = std::min(text.size(), longest_report);
  while (length > 0 && length < text.size() && goes_on(text[length])) --length;
  return readable(text.substr(0, length));
}

std::string size_words(std::uint64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string span_words(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(std::max(seconds, 0.0)));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{} min", whole / 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace rootstock::server
