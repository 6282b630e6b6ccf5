#pragma once
// How a Raspberry Pi gives itself away. Its boot loaders say "PXEClient", architecture 0, as every x86 BIOS
// does (NETBOOT-FACTS section 0), so that it takes option 97, the shape of 55 and, last, the vendor of the
// MAC.

#include <cstdint>
#include <optional>
#include <span>

#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

/// pi3, pi4, pi5 or pi; none: not a Raspberry Pi's boot loader.
std::optional<Dialect> raspberry_of(const Clues& clues);

/// The serial in option 97 (without its type byte) of a Raspberry Pi. None: a Pi 3's ROM does not tell it.
std::optional<std::uint32_t> serial_of(std::span<const std::uint8_t> uuid);

}  // namespace rootstock::dhcp
