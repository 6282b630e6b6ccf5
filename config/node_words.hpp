#pragma once
// What the words about nodes may be, wherever they come from: settings, a list of nodes, the command line.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock {

/// A host label with a letter first, and none of the words that `rootstock nodes` takes for something else.
Result<void, Failure> check_node_name(std::string_view name);
/// The start of such names, before a number of `digits` digits.
Result<void, Failure> check_name_prefix(const std::string& prefix, int digits);
Result<void, Failure> check_image_name(std::string_view name);
/// The words go into iPXE scripts as they are: a line end would start a command of its own.
Result<void, Failure> check_kernel_options(const std::string& options);

/// Of a Raspberry Pi, as its boot loader asks for it: 8 hex digits in lower case. /proc/cpuinfo shows 16, of
/// which it takes the last 8.
std::optional<std::string> parse_serial(std::string_view text);

/// The kinds of board that a group may be for: firmware as in `rootstock explain --firmware`, and
/// architectures.
const std::vector<std::string>& board_words();
/// Verbs of `rootstock nodes`, and "all": never names of nodes.
const std::vector<std::string>& words_that_are_no_names();

}  // namespace rootstock
