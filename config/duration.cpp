#include "config/duration.hpp"

#include <charconv>
#include <cmath>

namespace rootstock {

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const auto unit = std::string_view{end, text.data() + text.size()};
  const std::int64_t longest = std::int64_t{10} * 365 * 86400;
  const std::int64_t seconds = unit == "s"   ? 1
                               : unit == "m" ? 60
                               : unit == "h" ? 3600
                               : unit == "d" ? 86400
                                             : 0;
  if (error != std::errc{} || seconds == 0 || count < 0 || count > longest / seconds) return std::nullopt;
  return std::chrono::seconds{count * seconds};
}

std::optional<std::uint64_t> parse_rate(std::string_view text) {
  double count = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  const auto unit = std::string_view{end, text.data() + text.size()};
  const double bits = unit == "kbit" ? 1e3 : unit == "mbit" ? 1e6 : unit == "gbit" ? 1e9 : 0;
  if (error != std::errc{} || bits == 0 || !(count >= 0) || count * bits > 1e15) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(count * bits));
}

}  // namespace rootstock
