#include "config/stray.hpp"

namespace rootstock {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

/// The later bytes of a character in UTF-8.
bool goes_on(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Behind the character that starts at `at`; a byte that starts none is a character of its own.
std::size_t next(std::string_view text, std::size_t at) {
  const bool alone = is_ascii(text[at]) || goes_on(text[at]);
  ++at;
  while (!alone && at < text.size() && goes_on(text[at])) ++at;
  return at;
}

std::size_t start_of_line(std::string_view text, int line) {
  std::size_t at = 0;
  for (; line > 1 && at != text.npos; --line) {
    at = text.find('\n', at);
    if (at != text.npos) ++at;
  }
  return at;
}

}  // namespace

std::string ascii_shape(std::string_view toml) {
  std::string shape;
  shape.reserve(toml.size());
  if (toml.starts_with(byte_order_mark)) shape = byte_order_mark;
  for (auto at = shape.size(); at < toml.size(); at = next(toml, at))
    shape += is_ascii(toml[at]) ? toml[at] : '?';
  return shape;
}

std::optional<int> beyond_ascii(std::string_view toml, int line, int column) {
  constexpr std::string_view end_of_word = " \t\r\n\"'#";
  if (toml.starts_with(byte_order_mark)) toml.remove_prefix(byte_order_mark.size());
  auto at = start_of_line(toml, line);
  for (int skipped = 1; skipped < column && at < toml.size(); ++skipped) at = next(toml, at);
  for (; at < toml.size() && end_of_word.find(toml[at]) == end_of_word.npos; at = next(toml, at), ++column)
    if (!is_ascii(toml[at])) return column;
  return std::nullopt;
}

}  // namespace rootstock
