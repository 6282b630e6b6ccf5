#include "config/node_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/letters.hpp"

namespace rootstock {
namespace {

bool contains(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// What an iPXE script would not pass on: variables, and words that end a command or the line's meaning.
bool means_something_to_ipxe(const std::string& options) {
  const auto padded = " " + options + " ";
  for (const auto* sign : {"${", " || ", " && ", " ; ", " # "})
    if (padded.find(sign) != std::string::npos) return true;
  return false;
}

}  // namespace

Result<void, Failure> check_node_name(std::string_view name) {
  if (contains(words_that_are_no_names(), name))
    return fail(fmt::format("\"{}\" is a word of `rootstock nodes` and cannot be the name of a node", name),
                fmt::format("take a name that is none of {}", fmt::join(words_that_are_no_names(), ", ")));
  if (is_host_label(name) && is_letter(name.front())) return {};
  return fail(fmt::format("\"{}\" cannot be the name of a node", name),
              "a letter first, then letters, digits and inner '-', 63 characters at most");
}

Result<void, Failure> check_name_prefix(const std::string& prefix, int digits) {
  const auto longest = prefix + std::string(static_cast<std::size_t>(digits), '0');
  if (prefix.empty() || !is_letter(prefix[0]) || !is_host_label(longest))
    return fail(fmt::format("\"{}\" cannot start the name of a node", prefix),
                "a letter first, then letters, digits and '-'; with its number 63 characters at most");
  if (!is_digit(prefix.back())) return {};
  return fail(fmt::format("\"{}\" ends in a digit, which would run into the node's number", prefix),
              fmt::format("end it with a letter or '-': \"{}-\"", prefix));
}

Result<void, Failure> check_image_name(std::string_view name) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  if (!name.empty() && name.size() <= 64 && (is_lower(name[0]) || is_digit(name[0])) &&
      std::ranges::all_of(name, allowed))
    return {};
  return fail(
      fmt::format("\"{}\" cannot be the name of an image", name),
      "lower-case letters, digits, '-', '_' and '.'; `rootstock image list` shows the images there are");
}

Result<void, Failure> check_kernel_options(const std::string& options) {
  const auto printable = [](char c) { return c >= ' ' && c < 0x7f; };
  if (!std::ranges::all_of(options, printable))
    return fail("kernel options must be one line of plain ASCII", "as in \"console=ttyS0 quiet\"");
  if (means_something_to_ipxe(options))
    return fail("iPXE would take a part of the kernel options for its own",
                "leave out ${, and ||, &&, ; and # as words");
  if (options.size() > 1024)
    return fail("kernel options are longer than 1024 characters",
                "the kernel's command line holds 2048, ours included");
  return {};
}

std::optional<std::string> parse_serial(std::string_view text) {
  if (text.size() == 16) text.remove_prefix(8);
  if (text.size() != 8) return std::nullopt;
  std::string serial;
  for (const char c : text) {
    serial += to_lower(c);
    if (!is_digit(c) && !(serial.back() >= 'a' && serial.back() <= 'f')) return std::nullopt;
  }
  return serial;
}

const std::vector<std::string>& board_words() {
  static const std::vector<std::string> words{"pi3",  "pi4",      "pi5",        "pi",       "uboot",
                                              "bios", "uefi-x64", "uefi-arm64", "http-x64", "http-arm64",
                                              "ipxe", "amd64",    "arm64"};
  return words;
}

const std::vector<std::string>& words_that_are_no_names() {
  static const std::vector<std::string> words{"all",    "join",   "approve", "deny",  "declare", "replace",
                                              "rename", "forget", "pin",     "group", "set"};
  return words;
}

}  // namespace rootstock
