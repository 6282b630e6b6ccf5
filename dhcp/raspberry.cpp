#include "dhcp/raspberry.hpp"

#include <algorithm>
#include <array>

namespace rootstock::dhcp {

namespace {

/// NETBOOT-FACTS 1.1: fourcc(4), board revision LE(4), the last 4 bytes of the MAC, serial LE(4).
constexpr std::size_t fourcc_at = 0, revision_at = 4, mac_at = 8, serial_at = 12, uuid_size = 16;

std::uint32_t little_endian(std::span<const std::uint8_t> bytes, std::size_t at) {
  return bytes[at] | static_cast<std::uint32_t>(bytes[at + 1]) << 8 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 16 | static_cast<std::uint32_t>(bytes[at + 3]) << 24;
}

/// The letters came in either order: "RPi4", and "4iPR" in 2020 and 2021.
std::optional<Dialect> by_fourcc(std::uint32_t letters) {
  switch (letters) {
    case 0x34695052:
    case 0x52506934: return Dialect::pi4;
    case 0x35695052:
    case 0x52506935: return Dialect::pi5;
    default: return std::nullopt;
  }
}

/// Raspberry Pi's "new-style revision codes": bit 23 marks one, bits 12 to 15 name the processor.
Dialect by_revision(std::uint32_t revision) {
  if (!(revision & 1u << 23)) return Dialect::pi;
  switch (revision >> 12 & 0xf) {
    case 2: return Dialect::pi3;
    case 3: return Dialect::pi4;
    case 4: return Dialect::pi5;
    default: return Dialect::pi;
  }
}

constexpr std::uint32_t rom_filler = 0x44444444;  // 1.2: a Pi 3's ROM knows no serial

/// An x86 board whose maker left its UUID out.
bool is_blank(std::uint32_t serial) { return serial == 0 || serial == 0xffffffff; }

bool repeats(std::span<const std::uint8_t> uuid) {
  const auto first = uuid.first(4);
  for (std::size_t at = 4; at < uuid_size; at += 4)
    if (!std::ranges::equal(uuid.subspan(at, 4), first)) return false;
  return true;
}

bool names_mac(const Clues& clues) {
  return std::ranges::equal(clues.uuid.subspan(mac_at, 4), std::span{clues.mac.bytes}.last(4));
}

/// Which boards a vendor's block of addresses is on (section 0; 28:cd:c1 by IEEE's register). Blocks that
/// were still given out after 2023 may be on any.
struct Vendor {
  std::array<std::uint8_t, 3> prefix;
  Dialect board;
};
constexpr std::array vendors{
    Vendor{{0xb8, 0x27, 0xeb}, Dialect::pi3}, Vendor{{0xdc, 0xa6, 0x32}, Dialect::pi4},
    Vendor{{0xe4, 0x5f, 0x01}, Dialect::pi4}, Vendor{{0xd8, 0x3a, 0xdd}, Dialect::pi},
    Vendor{{0x2c, 0xcf, 0x67}, Dialect::pi},  Vendor{{0x88, 0xa2, 0x9e}, Dialect::pi},
    Vendor{{0x28, 0xcd, 0xc1}, Dialect::pi},
};

std::optional<Dialect> by_vendor(const Mac& mac) {
  const auto found = std::ranges::find_if(vendors, [&](const Vendor& vendor) {
    return std::ranges::equal(vendor.prefix, std::span{mac.bytes}.first(3));
  });
  return found == vendors.end() ? std::nullopt : std::optional{found->board};
}

bool asks_like_a_pi(const Clues& clues) {
  return clues.asking == Asking::like_pi3 || clues.asking == Asking::like_pi4;
}

/// By option 97: the letters are a sign of their own, the rest only beside another one.
std::optional<Dialect> by_uuid(const Clues& clues, std::optional<Dialect> vendor) {
  if (clues.uuid.size() != uuid_size) return std::nullopt;
  if (const auto named = by_fourcc(little_endian(clues.uuid, fourcc_at))) return named;
  if (!vendor && !asks_like_a_pi(clues)) return std::nullopt;
  // Another word of the owner's in place of the letters (EEPROM setting DHCP_OPTION97): the rest is as ever.
  if (names_mac(clues)) return by_revision(little_endian(clues.uuid, revision_at));
  const auto serial = little_endian(clues.uuid, serial_at);
  if (!repeats(clues.uuid) || is_blank(serial)) return std::nullopt;
  if (serial == rom_filler || clues.asking == Asking::like_pi3) return Dialect::pi3;
  return vendor.value_or(Dialect::pi);  // DHCP_OPTION97=0, or firmware of 2019
}

}  // namespace

std::optional<Dialect> raspberry_of(const Clues& clues) {
  const bool pxe = clues.vendor_class.starts_with("PXEClient") && clues.arch == 0;
  if (!pxe && (!clues.vendor_class.empty() || clues.uuid.empty())) return std::nullopt;
  const auto vendor = by_vendor(clues.mac);
  if (const auto told = by_uuid(clues, vendor)) return told;
  if (!pxe) return std::nullopt;
  if (vendor) return clues.asking == Asking::like_pi3 ? Dialect::pi3 : vendor;
  // Every x86 ROM sends 97.
  if (!clues.uuid.empty() || !asks_like_a_pi(clues)) return std::nullopt;
  return clues.asking == Asking::like_pi3 ? Dialect::pi3 : Dialect::pi;
}

std::optional<std::uint32_t> serial_of(std::span<const std::uint8_t> uuid) {
  if (uuid.size() != uuid_size) return std::nullopt;
  const auto serial = little_endian(uuid, serial_at);
  return serial == rom_filler || is_blank(serial) ? std::nullopt : std::optional{serial};
}

}  // namespace rootstock::dhcp
