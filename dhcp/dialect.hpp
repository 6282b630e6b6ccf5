#pragma once
// How one kind of firmware asks, and what it needs to hear (NETBOOT-FACTS section 0).

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/address.hpp"

namespace rootstock::dhcp {

enum class Dialect : std::uint8_t {
  plain,        ///< an operating system or initramfs: wants an address, boots nothing from us
  unknown,      ///< firmware that we have no loader for: an address, and a line in the log
  pxe_bios,     ///< x86 BIOS PXE ROM
  uefi_x64,     ///< EDK2 PXE on x86-64
  uefi_arm64,   ///< EDK2 PXE on arm64, and U-Boot's EFI boot method, which says the same
  http_x64,     ///< EDK2 HTTP boot on x86-64
  http_arm64,   ///< EDK2 HTTP boot on arm64
  uboot_arm64,  ///< U-Boot: looks for pxelinux.cfg
  pi3,          ///< the ROM of a Raspberry Pi 3, and bootcode.bin
  pi4,          ///< the boot loader in the EEPROM of a Pi 4, 400 or CM4
  pi5,          ///< of a Pi 5, 500 or CM5
  pi,           ///< a Raspberry Pi that does not say which
  ipxe,         ///< iPXE in any build: wants a script
};

/// "x86 BIOS PXE", "iPXE" ... : the words that logs, `nodes` and `explain` use.
std::string_view name_of(Dialect dialect);

/// The dialect that name_of() gives these words; `unknown` for others.
Dialect dialect_named(std::string_view words);

/// Does firmware of this dialect boot a node from us? Such a board gets a seat.
bool boots(Dialect dialect);

bool is_raspberry_pi(Dialect dialect);

enum class Architecture : std::uint8_t { unknown, amd64, arm64 };

/// Debian's word, "amd64" or "arm64"; empty for unknown.
std::string_view name_of(Architecture architecture);

/// A piece of hardware, as its packets identify it.
struct Board {
  Mac mac;
  Dialect dialect = Dialect::plain;
  std::optional<std::uint16_t> arch;                 ///< option 93, RFC 4578 2.1
  std::optional<std::array<std::uint8_t, 16>> uuid;  ///< option 97 type 0, RFC 4578 2.3
  std::optional<std::uint32_t> serial;               ///< of a Raspberry Pi: its low 32 bits, out of 97
  std::string vendor_class;                          ///< option 60, as sent
};

/// What the board can run. iPXE is built for every machine and says by option 93 which it runs on.
Architecture architecture_of(const Board& board);

/// The parameters asked for (option 55), as far as their shape tells who asks.
enum class Asking : std::uint8_t {
  none,       ///< no list at all
  something,  ///< a list that gives nothing away
  like_pi3,   ///< 43,60,67,128..135,66: a Pi 3's ROM; 1,3 after it: bootcode.bin (NETBOOT-FACTS 1.2)
  like_pi4,   ///< 1,3,43,60,66,67,128..135: the boot loader of a Pi 4 or 5 (1.1)
};

/// What a message gives away about the firmware that sent it.
struct Clues {
  std::string_view vendor_class;       ///< option 60
  std::string_view user_class;         ///< option 77
  std::optional<std::uint16_t> arch;   ///< option 93, the first of the list
  bool ipxe_options = false;           ///< option 175 is there
  std::span<const std::uint8_t> uuid;  ///< option 97 without its type byte: 16 bytes, or empty
  Asking asking = Asking::none;
  Mac mac;
};

Dialect recognise(const Clues& clues);

/// The first place where a boot of this firmware may be made to wait; in its initramfs every boot may.
enum class MayWait : std::uint8_t {
  initramfs,  ///< nowhere earlier: its firmware gives up, some of it for good
  script,     ///< where its boot loader asks what to boot: the script says to come again
  dhcp,       ///< before the answer to its DISCOVER: it asks for ever
};

/// One row of the table of dialects: how to recognise it, its words, and what it needs to hear.
struct DialectRow {
  Dialect dialect = Dialect::plain;
  std::string_view name{};
  bool boots = true;
  Architecture architecture = Architecture::unknown;
  bool (*asks_like_this)(const Clues&) = nullptr;
  std::string_view boot_file{};  ///< option 67 and `file`; empty: it asks for files of its own accord
  bool by_http = false;          ///< `boot_file` is a path on the head's web server, sent as a whole address
  std::string_view why{};
  std::string_view vendor_class{};     ///< option 60 of our answer; empty: none
  bool pi_menu = false;                ///< option 43 with the menu that a Raspberry Pi looks for
  bool requests = true;                ///< false: boots from the OFFER alone, which must be a lease then
  bool deaf = false;                   ///< may answer no ARP while it loads
  std::chrono::milliseconds delay{0};  ///< an answer that comes sooner may be lost
  std::uint16_t largest = 1500;        ///< IP datagram that it takes, whatever its option 57 says
  MayWait may_wait = MayWait::initramfs;
  std::chrono::seconds listens{
      0};  ///< how long after its first DISCOVER an answer is still heard; 0: unknown
};

const DialectRow& row_of(Dialect dialect);

}  // namespace rootstock::dhcp
