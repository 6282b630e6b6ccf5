#include "dhcp/dialect.hpp"

#include <algorithm>
#include <array>

#include "dhcp/raspberry.hpp"

namespace rootstock::dhcp {

namespace {

bool is_pxe(const Clues& clues) { return clues.vendor_class.starts_with("PXEClient"); }
bool is_http(const Clues& clues) { return clues.vendor_class.starts_with("HTTPClient"); }

/// iPXE sends its user class raw, other than RFC 3004 asks; a build may use the RFC's form, with a length
/// before it.
bool says_ipxe(const Clues& clues) {
  return clues.ipxe_options || clues.user_class == "iPXE" || clues.user_class == "\x04iPXE";
}

// IANA "Processor Architecture Types": 7 is x64 UEFI, 9 what RFC 4578 (before erratum 4625) called it.
bool says_uefi_x64(const Clues& clues) { return is_pxe(clues) && (clues.arch == 7 || clues.arch == 9); }
bool says_uefi_arm64(const Clues& clues) { return is_pxe(clues) && clues.arch == 11; }
bool says_http_x64(const Clues& clues) { return is_http(clues) && clues.arch == 16; }
bool says_http_arm64(const Clues& clues) { return is_http(clues) && clues.arch == 19; }
bool says_bios(const Clues& clues) { return is_pxe(clues) && clues.arch == 0; }

/// 22 is arm64 U-Boot; the class can be changed by its owner (bootp_vci), and so can the number.
bool says_uboot_arm64(const Clues& clues) { return clues.vendor_class == "U-Boot.armv8" || clues.arch == 22; }

template <Dialect board>
bool says_pi(const Clues& clues) {
  return raspberry_of(clues) == board;
}

bool says_firmware(const Clues& clues) { return clues.arch || is_pxe(clues) || is_http(clues); }

bool says_anything(const Clues&) { return true; }

constexpr DialectRow pi(Dialect dialect, std::string_view name, bool (*asks_like_this)(const Clues&)) {
  return {.dialect = dialect,
          .name = name,
          .architecture = Architecture::arm64,
          .asks_like_this = asks_like_this,
          .why = "finds its files by name on the TFTP server that it is told of",
          .vendor_class = "PXEClient",
          .pi_menu = true};
}

/// A Pi 3 boots from the OFFER, loses what comes too soon, and answers no ARP (NETBOOT-FACTS 1.2). A Pi that
/// does not say which it is gets the same: it does the others no harm, which wait 8 s for an answer (1.1).
constexpr DialectRow as_pi3(DialectRow row) {
  row.requests = false;
  row.deaf = true;
  row.delay = std::chrono::milliseconds{1000};
  return row;
}

/// The boot loader of a Pi 4 or 5 asks at 0, 8 and 24 s, in one transaction, and hears an answer to it for 45
/// s; then it starts over, for ever, where its BOOT_ORDER ends in f, as every factory's does
/// (NETBOOT-FACTS 1.1). A file that it has begun to load must be there within 30 s, and some do not recover
/// when it is not (2.1, eeprom#687): so it waits here. A Pi 3's ROM asks 5 times and is dead (1.2), U-Boot
/// asks for 28 s (1.4), EDK2 for 60 s and then boots something else (1.6): none of them is kept waiting for
/// DHCP.
constexpr DialectRow as_patient(DialectRow row) {
  row.may_wait = MayWait::dhcp;
  row.listens = std::chrono::seconds{45};
  return row;
}

/// The first row that fits is the dialect: iPXE stands first because it also says what the firmware under it
/// says; a Raspberry Pi before the x86 BIOS that it passes itself off as.
constexpr std::array table{
    DialectRow{.dialect = Dialect::ipxe,
               .name = "iPXE",
               .asks_like_this = says_ipxe,
               .boot_file = "boot.ipxe",
               .by_http = true,
               .why = "iPXE is running: send its script",
               .may_wait = MayWait::script},
    as_pi3(pi(Dialect::pi3, "Raspberry Pi 3", says_pi<Dialect::pi3>)),
    as_patient(pi(Dialect::pi4, "Raspberry Pi 4", says_pi<Dialect::pi4>)),
    as_patient(pi(Dialect::pi5, "Raspberry Pi 5", says_pi<Dialect::pi5>)),
    as_pi3(pi(Dialect::pi, "Raspberry Pi", says_pi<Dialect::pi>)),
    DialectRow{.dialect = Dialect::uefi_x64,
               .name = "UEFI x64 PXE",
               .architecture = Architecture::amd64,
               .asks_like_this = says_uefi_x64,
               .boot_file = "snponly.efi",
               .why = "UEFI x86-64: load iPXE first",
               .may_wait = MayWait::script},
    DialectRow{.dialect = Dialect::uefi_arm64,
               .name = "UEFI arm64 PXE",
               .architecture = Architecture::arm64,
               .asks_like_this = says_uefi_arm64,
               .boot_file = "grubaa64.efi",
               .why = "UEFI arm64: load GRUB first",
               .may_wait = MayWait::script},
    DialectRow{.dialect = Dialect::http_x64,
               .name = "UEFI x64 HTTP",
               .architecture = Architecture::amd64,
               .asks_like_this = says_http_x64,
               .boot_file = "snponly.efi",
               .by_http = true,
               .why = "UEFI x86-64 over HTTP: load iPXE first",
               .vendor_class = "HTTPClient",
               .may_wait = MayWait::script},
    DialectRow{.dialect = Dialect::http_arm64,
               .name = "UEFI arm64 HTTP",
               .architecture = Architecture::arm64,
               .asks_like_this = says_http_arm64,
               .boot_file = "grubaa64-http.efi",
               .by_http = true,
               .why = "UEFI arm64 over HTTP: load a GRUB with HTTP first",
               .vendor_class = "HTTPClient",
               .may_wait = MayWait::script},
    DialectRow{.dialect = Dialect::uboot_arm64,
               .name = "U-Boot arm64",
               .architecture = Architecture::arm64,
               .asks_like_this = says_uboot_arm64,
               .why = "U-Boot looks for pxelinux.cfg/01-MAC",
               .largest = 576},
    DialectRow{.dialect = Dialect::pxe_bios,
               .name = "x86 BIOS PXE",
               .architecture = Architecture::amd64,
               .asks_like_this = says_bios,
               .boot_file = "undionly.kpxe",
               .why = "x86 BIOS: load iPXE first",
               .may_wait = MayWait::script},
    DialectRow{.dialect = Dialect::unknown,
               .name = "unknown firmware",
               .boots = false,
               .asks_like_this = says_firmware,
               .why = "no boot loader for this firmware: an address only"},
    DialectRow{.dialect = Dialect::plain,
               .name = "plain",
               .boots = false,
               .asks_like_this = says_anything,
               .why = "asks for an address only"},
};

}  // namespace

const DialectRow& row_of(Dialect dialect) { return *std::ranges::find(table, dialect, &DialectRow::dialect); }

std::string_view name_of(Dialect dialect) { return row_of(dialect).name; }

Dialect dialect_named(std::string_view words) {
  const auto found = std::ranges::find(table, words, &DialectRow::name);
  return found == table.end() ? Dialect::unknown : found->dialect;
}

bool boots(Dialect dialect) { return row_of(dialect).boots; }

bool is_raspberry_pi(Dialect dialect) { return row_of(dialect).pi_menu; }

std::string_view name_of(Architecture architecture) {
  switch (architecture) {
    case Architecture::amd64: return "amd64";
    case Architecture::arm64: return "arm64";
    case Architecture::unknown: break;
  }
  return {};
}

Architecture architecture_of(const Board& board) {
  if (board.dialect != Dialect::ipxe) return row_of(board.dialect).architecture;
  // IANA: BIOS, UEFI x64 (7, and 9 by mistake), x64 HTTP, BIOS HTTP; UEFI arm64, arm64 HTTP.
  switch (board.arch.value_or(0xffff)) {
    case 0:
    case 7:
    case 9:
    case 16:
    case 20: return Architecture::amd64;
    case 11:
    case 19: return Architecture::arm64;
    default: return Architecture::unknown;
  }
}

Dialect recognise(const Clues& clues) {
  const auto fits = [&](const DialectRow& row) { return row.asks_like_this(clues); };
  return std::ranges::find_if(table, fits)->dialect;
}

}  // namespace rootstock::dhcp
