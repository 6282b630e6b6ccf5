#pragma once
// Small words of stories.

#include <cstdint>
#include <string>
#include <string_view>

namespace rootstock::server {

/// The end of a node's boot log: what went wrong last.
std::string_view last_line(std::string_view text);
/// One line of UTF-8 that commands no terminal, whatever bytes a board has sent: JSON is UTF-8 (RFC 8259
/// 8.1), and one that holds other bytes is read by nobody.
std::string readable(std::string_view text);
/// A node's own words, made fit for a log line: readable, and not too long.
std::string printable(std::string_view text);
/// "812.0 kB", "3.1 MB"
std::string size_words(std::uint64_t bytes);
/// "9 s", "4 min", "2 h 5 min": as people say it.
std::string span_words(double seconds);

}  // namespace rootstock::server
