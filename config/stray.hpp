#pragma once
// TOML allows characters beyond ASCII in quotes and comments only; toml++ up to 3.4 runs into undefined
// behaviour where it meets one elsewhere (is_non_ascii_horizontal_whitespace). So it first gets to read a
// text of the same shape that has none: where that one is sound, the real one is safe to read.

#include <optional>
#include <string>
#include <string_view>

namespace rootstock {

/// The same text with one '?' for each character beyond ASCII, so that lines and columns stay what they are.
std::string ascii_shape(std::string_view toml);

/// The column of the first character beyond ASCII in the bare word that stands there; none: it has none.
/// Lines and columns count characters, from 1.
std::optional<int> beyond_ascii(std::string_view toml, int line, int column);

}  // namespace rootstock
