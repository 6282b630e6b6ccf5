#include "dhcp/dialect.hpp"

#include <algorithm>
#include <array>

namespace rootstock::dhcp {

namespace {

bool is_pxe(const Clues& clues) { return clues.vendor_class.starts_with("PXEClient"); }

/// iPXE sends its user class raw, other than RFC 3004 asks; a build may use the RFC's form, with a length
/// before it.
bool says_ipxe(const Clues& clues) {
  return clues.ipxe_options || clues.user_class == "iPXE" || clues.user_class == "\x04iPXE";
}

/// IANA "Processor Architecture Types": 7 is x64 UEFI; 9 is what RFC 4578 (before erratum 4625) called it.
bool says_uefi_x64(const Clues& clues) { return is_pxe(clues) && (clues.arch == 7 || clues.arch == 9); }

bool says_bios(const Clues& clues) { return is_pxe(clues) && clues.arch == 0; }

bool says_anything(const Clues&) { return true; }

/// The first row that fits is the dialect: iPXE stands first because it also says what the firmware under it
/// says.
constexpr std::array table{
    DialectRow{Dialect::ipxe, "iPXE", true, says_ipxe, "boot.ipxe", true, "iPXE is running: send its script"},
    DialectRow{Dialect::uefi_x64, "UEFI x64 PXE", true, says_uefi_x64, "snponly.efi", false,
               "UEFI x86-64: load iPXE first"},
    DialectRow{Dialect::pxe_bios, "x86 BIOS PXE", true, says_bios, "undionly.kpxe", false,
               "x86 BIOS: load iPXE first"},
    DialectRow{Dialect::plain, "plain", false, says_anything, "", false, "asks for an address only"},
};

}  // namespace

const DialectRow& row_of(Dialect dialect) { return *std::ranges::find(table, dialect, &DialectRow::dialect); }

std::string_view name_of(Dialect dialect) { return row_of(dialect).name; }

bool boots(Dialect dialect) { return row_of(dialect).boots; }

Dialect recognise(const Clues& clues) {
  const auto fits = [&](const DialectRow& row) { return row.asks_like_this(clues); };
  return std::ranges::find_if(table, fits)->dialect;
}

}  // namespace rootstock::dhcp
