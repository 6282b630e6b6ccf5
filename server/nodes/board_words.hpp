#pragma once
// The words by which people call kinds of boards: in `explain --firmware`, and in `boards` of a group.
// config/node_words.hpp lists the same ones, without their meaning.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/dialect.hpp"

namespace rootstock::server {

/// "pi4", "uefi-arm64" ...
std::vector<std::string> firmware_words();
std::optional<dhcp::Dialect> firmware_named(std::string_view word);

/// Those that are true of a board: its firmware's and its architecture, "pi4" and "arm64".
std::vector<std::string> words_of(const dhcp::Board& board);

}  // namespace rootstock::server
