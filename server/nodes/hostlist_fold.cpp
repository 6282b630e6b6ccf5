#include "server/nodes/hostlist.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <utility>

#include "config/letters.hpp"

namespace rootstock::server {
namespace {

constexpr std::size_t longest_number = 18;  // digits: expand() reads no longer ones

std::string next(std::string_view digits, std::size_t width) {
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return fmt::format("{:0{}}", number + 1, width);
}

/// A name around its last number.
struct Parts {
  std::string_view prefix, number, suffix;
};

Parts parts_of(std::string_view name) {
  const auto end = name.find_last_of("0123456789");
  if (end == name.npos) return {name, {}, {}};
  auto begin = end;
  while (begin > 0 && is_digit(name[begin - 1])) --begin;
  if (end + 1 - begin > longest_number) return {name, {}, {}};
  return {name.substr(0, begin), name.substr(begin, end + 1 - begin), name.substr(end + 1)};
}

/// "01-03,07": of numbers in ascending order.
std::string ranges_of(const std::vector<std::string_view>& numbers) {
  std::string out;
  for (std::size_t i = 0; i < numbers.size();) {
    const auto width = numbers[i].size();
    auto last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == next(numbers[last], width)) ++last;
    out += out.empty() ? "" : ",";
    out += numbers[i];
    if (last > i) out += fmt::format("-{}", numbers[last]);
    i = last + 1;
  }
  return out;
}

std::string_view take_run(std::string_view& text) {
  std::size_t end = 1;
  while (end < text.size() && is_digit(text[end]) == is_digit(text[0])) ++end;
  const auto run = text.substr(0, end);
  text.remove_prefix(end);
  return run;
}

std::string_view without_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

int compare_runs(std::string_view a, std::string_view b) {
  if (!is_digit(a[0]) || !is_digit(b[0])) return a.compare(b);
  const auto x = without_zeros(a), y = without_zeros(b);
  if (x.size() != y.size()) return x.size() < y.size() ? -1 : 1;
  return x.compare(y);
}

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  auto x = a, y = b;
  while (!x.empty() && !y.empty())
    if (const int order = compare_runs(take_run(x), take_run(y)); order != 0) return order < 0;
  if (x.empty() != y.empty()) return x.empty();
  return a.size() != b.size() ? a.size() < b.size() : a < b;  // node1 before node01
}

std::string fold(std::vector<std::string> names) {
  std::sort(names.begin(), names.end(), natural_less);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  struct Group {
    Parts parts;
    std::vector<std::string_view> numbers;
  };
  std::vector<Group> groups;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
  for (const auto& name : names) {
    const auto parts = parts_of(name);
    if (parts.number.empty()) {
      groups.push_back({parts, {}});
      continue;
    }
    const auto [place, is_new] = places.try_emplace({parts.prefix, parts.suffix}, groups.size());
    if (is_new) groups.push_back({parts, {}});
    groups[place->second].numbers.push_back(parts.number);
  }
  std::string out;
  for (const auto& [parts, numbers] : groups) {
    const bool many = numbers.size() > 1;
    out += out.empty() ? "" : ",";
    out += fmt::format("{}{}{}{}{}", parts.prefix, many ? "[" : "", ranges_of(numbers), many ? "]" : "",
                       parts.suffix);
  }
  return out;
}

std::string for_shell(const std::string& list) {
  return list.find('[') == list.npos ? list : "'" + list + "'";
}

}  // namespace rootstock::server
