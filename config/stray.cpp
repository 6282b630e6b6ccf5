#include "config/stray.hpp"

#include <algorithm>

namespace rootstock {

namespace {

/// Where the quoted text that starts at `begin` ends: behind its closing quotes, or at what breaks it off.
std::size_t end_of_quotes(std::string_view toml, std::size_t begin) {
  const char quote = toml[begin];
  const auto triple = std::string_view{quote == '"' ? R"(""")" : "'''"};
  const bool lines = toml.substr(begin).starts_with(triple);
  const auto close = lines ? triple : triple.substr(0, 1);
  for (auto at = begin + close.size(); at < toml.size(); ++at) {
    if (toml[at] == '\n' && !lines) return at;
    if (toml[at] == '\\' && quote == '"') {
      ++at;
    } else if (toml.substr(at).starts_with(close)) {
      return at + close.size();
    }
  }
  return toml.size();
}

Place place_of(std::string_view toml, std::size_t at) {
  const auto before = toml.substr(0, at);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto starts = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; };
  return {static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
          static_cast<int>(
              std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(), starts)) +
              1,
          1};
}

}  // namespace

std::optional<Place> stray_character(std::string_view toml) {
  constexpr std::string_view byte_order_mark = "\xef\xbb\xbf", before_quotes = "\n=[,{.";
  char last = '\n';  // but for blanks; quotes anywhere else, as in 1"x, are a fault and quote nothing
  for (std::size_t at = toml.starts_with(byte_order_mark) ? byte_order_mark.size() : 0; at < toml.size();) {
    const char c = toml[at];
    if (static_cast<unsigned char>(c) >= 0x80) return place_of(toml, at);
    if (c == '#')
      at = std::min(toml.find('\n', at), toml.size());
    else if ((c == '"' || c == '\'') && before_quotes.find(last) != std::string_view::npos)
      at = end_of_quotes(toml, at);
    else
      ++at;
    if (c != ' ' && c != '\t' && c != '\r' && c != '#') last = c;
  }
  return std::nullopt;
}

}  // namespace rootstock
