#include "dhcp/client_kind.hpp"

#include <algorithm>
#include <charconv>

namespace rootstock::dhcp {

namespace {

/// "PXEClient:Arch:00007:UNDI:003000": the architecture again, for clients that leave option 93 out.
std::optional<std::uint16_t> arch_in(std::string_view vendor_class) {
  constexpr std::string_view mark = ":Arch:";
  constexpr std::size_t digits = 5;
  const auto at = vendor_class.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto number = vendor_class.substr(at + mark.size(), digits);
  std::uint16_t arch = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), arch);
  if (error != std::errc{} || end != number.data() + digits) return std::nullopt;
  return arch;
}

}  // namespace

Clues clues_of(const Message& message) {
  Clues clues;
  clues.vendor_class = message.options.text(Code::vendor_class);
  clues.user_class = message.options.text(Code::user_class);
  clues.ipxe_options = message.options.has(Code::ipxe);
  const auto arch = message.options.find(Code::client_arch);
  // RFC 4578 2.1 allows a list; the first is the one that is running.
  clues.arch = arch && arch->size() >= 2 ? Reader{*arch}.u16() : arch_in(clues.vendor_class);
  return clues;
}

Board board_of(const Message& message) {
  const auto clues = clues_of(message);
  Board board;
  board.mac = message.mac();
  board.dialect = recognise(clues);
  board.arch = clues.arch;
  board.vendor_class = clues.vendor_class;
  const auto uuid = message.options.find(Code::client_uuid);
  if (uuid && uuid->size() == 17 && uuid->front() == 0)
    std::ranges::copy(uuid->subspan(1), board.uuid.emplace().begin());
  return board;
}

}  // namespace rootstock::dhcp
