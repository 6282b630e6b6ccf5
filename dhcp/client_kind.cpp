#include "dhcp/client_kind.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "dhcp/raspberry.hpp"

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

/// Option 97 of type 0, the only one there is (RFC 4578 2.3), without that byte.
Bytes uuid_in(const Message& message) {
  const auto value = message.options.find(Code::client_uuid);
  return value && value->size() == 17 && value->front() == 0 ? value->subspan(1) : Bytes{};
}

Asking asking_of(const Message& message) {
  const auto list = message.options.find(Code::parameter_list);
  if (!list) return Asking::none;
  constexpr std::array<std::uint8_t, 14> pi4{1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135};
  constexpr std::array<std::uint8_t, 14> bootcode{43,  60,  67,  128, 129, 130, 131,
                                                  132, 133, 134, 135, 66,  1,   3};
  constexpr std::size_t rom = 12;  // the ROM's ends before 1 and 3
  if (std::ranges::equal(*list, pi4)) return Asking::like_pi4;
  if (std::ranges::equal(*list, bootcode) || std::ranges::equal(*list, std::span{bootcode}.first(rom)))
    return Asking::like_pi3;
  return Asking::something;
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
  clues.uuid = uuid_in(message);
  clues.asking = asking_of(message);
  clues.mac = message.mac();
  return clues;
}

Board board_of(const Message& message) {
  const auto clues = clues_of(message);
  Board board;
  board.mac = clues.mac;
  board.dialect = recognise(clues);
  board.arch = clues.arch;
  board.vendor_class = clues.vendor_class;
  if (!clues.uuid.empty()) std::ranges::copy(clues.uuid, board.uuid.emplace().begin());
  if (is_raspberry_pi(board.dialect)) board.serial = serial_of(clues.uuid);
  return board;
}

Board board_of(const Message& message, const Transactions& transactions) {
  auto board = board_of(message);
  if (message.type() == MessageType::discover) return board;
  if (const auto told = transactions.recall(board.mac, message.xid)) {
    board.dialect = told->dialect;
    board.arch = told->arch;
    if (is_raspberry_pi(board.dialect) && board.uuid) board.serial = serial_of(*board.uuid);
  }
  return board;
}

}  // namespace rootstock::dhcp
