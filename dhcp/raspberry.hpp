#pragma once
// How a Raspberry Pi gives itself away. Its boot loaders say "PXEClient", architecture 0, as every x86 BIOS
// does (NETBOOT-FACTS section 0), so that it takes option 97, the shape of 55 and, last, the vendor of the
// MAC.

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

/// pi3, pi4, pi5 or pi; none: not a Raspberry Pi's boot loader.
std::optional<Dialect> raspberry_of(const Clues& clues);

/// The serial in option 97 (without its type byte) of a Raspberry Pi. None: a Pi 3's ROM does not tell it.
std::optional<std::uint32_t> serial_of(std::span<const std::uint8_t> uuid);

/// Option 43 of the answer (NETBOOT-FACTS 1.3). A Pi 3's ROM wants the three spaces, the others look for the
/// words within; firmware of 2019 wants this entry first.
inline constexpr std::string_view raspberry_menu{
    "\x06\x01\x03"                          // discovery control: neither multicast nor broadcast
    "\x0a\x04\0PXE"                         // menu prompt: at once, "PXE"
    "\x09\x17\0\0\x14Raspberry Pi Boot   "  // boot menu: type 0, 20 letters
    "\xff",
    3 + 6 + 25 + 1};

}  // namespace rootstock::dhcp
