#pragma once
// Lengths of time and rates as people write them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace rootstock {

/// "90s", "5m", "12h", "7d"; ten years at most.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
constexpr std::string_view duration_hint = R"(write a number and its unit: "90s", "5m", "12h", "7d")";

/// "300mbit", "2.5gbit" as tc(8) writes them: bits per second.
std::optional<std::uint64_t> parse_rate(std::string_view text);

}  // namespace rootstock
