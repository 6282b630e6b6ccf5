#pragma once
// How one kind of firmware asks, and what it needs to hear (NETBOOT-FACTS section 0).

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/address.hpp"

namespace rootstock::dhcp {

enum class Dialect : std::uint8_t {
  plain,     ///< an operating system or initramfs: wants an address, boots nothing from us
  pxe_bios,  ///< x86 BIOS PXE ROM
  uefi_x64,  ///< EDK2 PXE on x86-64
  ipxe,      ///< iPXE in any build: wants a script
};

/// "x86 BIOS PXE", "iPXE" ... : the words that logs, `nodes` and `explain` use.
std::string_view name_of(Dialect dialect);

/// Does firmware of this dialect boot a node from us? Such a board gets a seat.
bool boots(Dialect dialect);

/// A piece of hardware, as its packets identify it.
struct Board {
  Mac mac;
  Dialect dialect = Dialect::plain;
  std::optional<std::uint16_t> arch;                 ///< option 93, RFC 4578 2.1
  std::optional<std::array<std::uint8_t, 16>> uuid;  ///< option 97 type 0, RFC 4578 2.3
  std::string vendor_class;                          ///< option 60, as sent
};

/// What a message gives away about the firmware that sent it.
struct Clues {
  std::string_view vendor_class;      ///< option 60
  std::string_view user_class;        ///< option 77
  std::optional<std::uint16_t> arch;  ///< option 93, the first of the list
  bool ipxe_options = false;          ///< option 175 is there
};

Dialect recognise(const Clues& clues);

/// One row of the table of dialects: how to recognise it, its words, and what it needs to hear.
struct DialectRow {
  Dialect dialect;
  std::string_view name;
  bool boots;
  bool (*asks_like_this)(const Clues&);
  std::string_view boot_file;  ///< option 67 and `file`; empty: nothing to boot
  bool by_http;                ///< `boot_file` is a path on the head's web server, sent as a whole address
  std::string_view why;
};

const DialectRow& row_of(Dialect dialect);

}  // namespace rootstock::dhcp
