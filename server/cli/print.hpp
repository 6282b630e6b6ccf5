#pragma once
// How answers look on a terminal.

#include <boost/json/value.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::server {

/// Columns as wide as their widest cell, two blanks between them, nothing behind the last. The first row is
/// the heading.
std::string aligned(const std::vector<std::vector<std::string>>& rows);

/// Broken at blanks into lines of `width` at most (a longer word stays whole), each behind `indent`.
std::vector<std::string> folded(std::string_view text, std::size_t width, std::string_view indent = {});

/// "812 B", "38.1 MB"
std::string bytes_text(double bytes);
/// "4.2 s", "1 min 37 s", "3 h 12 min", "5 days"
std::string seconds_text(double seconds);

/// What an answer holds under a key; "" or 0 where it holds nothing of that kind.
std::string text_of(const boost::json::object& object, std::string_view key);
double number_of(const boost::json::object& object, std::string_view key);
bool truth_of(const boost::json::object& object, std::string_view key);
const boost::json::array& list_of(const boost::json::object& object, std::string_view key);

}  // namespace rootstock::server
