#include "server/nodes/board_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace rootstock::server {
namespace {

using dhcp::Dialect;
using Firmware = std::pair<std::string_view, Dialect>;

constexpr std::array firmwares{Firmware{"bios", Dialect::pxe_bios},
                               Firmware{"uefi-x64", Dialect::uefi_x64},
                               Firmware{"uefi-arm64", Dialect::uefi_arm64},
                               Firmware{"http-x64", Dialect::http_x64},
                               Firmware{"http-arm64", Dialect::http_arm64},
                               Firmware{"uboot", Dialect::uboot_arm64},
                               Firmware{"pi3", Dialect::pi3},
                               Firmware{"pi4", Dialect::pi4},
                               Firmware{"pi5", Dialect::pi5},
                               Firmware{"pi", Dialect::pi},
                               Firmware{"ipxe", Dialect::ipxe}};

}  // namespace

std::vector<std::string> firmware_words() {
  std::vector<std::string> words;
  for (const auto& [word, dialect] : firmwares) words.emplace_back(word);
  return words;
}

std::optional<Dialect> firmware_named(std::string_view word) {
  const auto* found = std::ranges::find(firmwares, word, &Firmware::first);
  return found == firmwares.end() ? std::nullopt : std::optional{found->second};
}

std::vector<std::string> words_of(const dhcp::Board& board) {
  std::vector<std::string> words;
  if (const auto* found = std::ranges::find(firmwares, board.dialect, &Firmware::second);
      found != firmwares.end())
    words.emplace_back(found->first);
  if (const auto architecture = dhcp::name_of(dhcp::architecture_of(board)); !architecture.empty())
    words.emplace_back(architecture);
  return words;
}

}  // namespace rootstock::server
