#pragma once
// TOML allows characters beyond ASCII in quotes and comments only; toml++ up to 3.4 runs into undefined
// behaviour where it meets one elsewhere (is_non_ascii_horizontal_whitespace), so we look first.

#include <optional>
#include <string_view>

#include "config/diagnostic.hpp"

namespace rootstock {

/// The first such character outside quotes and comments.
std::optional<Place> stray_character(std::string_view toml);

}  // namespace rootstock
