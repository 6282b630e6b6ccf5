#pragma once
// grub.cfg as GRUB's shell reads it: simple commands, if and while, quotes and variables.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::fleet {

struct GrubNode;
using GrubBlock = std::vector<GrubNode>;

/// A simple command, or `if condition; then body; else otherwise; fi`, or `while condition; do body; done`.
struct GrubNode {
  enum class Kind : std::uint8_t { command, choice, loop } kind = Kind::command;
  std::vector<std::string> words;  ///< variables still marked; see expand_grub()
  GrubBlock condition, body, otherwise;
};

/// None when a block is left open or closed twice.
std::optional<GrubBlock> read_grub_script(std::string_view text);

/// The word with the values of its variables.
std::string expand_grub(std::string_view word, const std::map<std::string, std::string>& variables);

}  // namespace rootstock::fleet
