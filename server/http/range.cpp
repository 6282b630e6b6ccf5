#include "server/http/range.hpp"

#include <algorithm>
#include <charconv>

namespace rootstock::server {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint64_t> number(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

constexpr std::string_view unit = "bytes=";

bool names_bytes(std::string_view header) {  // RFC 9110 14.1: unit names are case-insensitive
  return header.size() >= unit.size() &&
         std::equal(unit.begin(), unit.end(), header.begin(), [](char want, char got) {
           return want == (got >= 'A' && got <= 'Z' ? got + ('a' - 'A') : got);
         });
}

RangeAnswer part(std::uint64_t first, std::uint64_t length) {
  return {RangeAnswer::Kind::part, {first, length}};
}

}  // namespace

RangeAnswer range_of(std::string_view header, std::uint64_t size) {
  const RangeAnswer whole{RangeAnswer::Kind::whole, {0, size}};
  const RangeAnswer unsatisfiable{RangeAnswer::Kind::unsatisfiable, {}};
  if (!names_bytes(header)) return whole;
  const auto spec = trimmed(header.substr(unit.size()));
  const auto dash = spec.find('-');
  if (dash == spec.npos) return whole;
  const auto from = spec.substr(0, dash), to = spec.substr(dash + 1);

  if (from.empty()) {  // "-500": the last 500 bytes
    const auto last = number(to);
    if (!last) return whole;
    if (*last == 0 || size == 0) return unsatisfiable;
    const auto length = std::min(*last, size);
    return part(size - length, length);
  }
  const auto first = number(from);
  const auto last = to.empty() ? std::optional{UINT64_MAX} : number(to);
  if (!first || !last || *last < *first) return whole;
  if (*first >= size) return unsatisfiable;
  return part(*first, std::min(*last, size - 1) - *first + 1);
}

}  // namespace rootstock::server
