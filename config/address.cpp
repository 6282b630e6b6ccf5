#include "config/address.hpp"

#include <charconv>
#include <stdexcept>

namespace rootstock {

namespace {

std::optional<unsigned> whole_number(std::string_view text, int base, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || value > most) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Mac> Mac::parse(std::string_view text) {
  Mac mac;
  if (text.size() != 17) return std::nullopt;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return std::nullopt;
  for (std::size_t i = 0; i < 6; ++i) {
    if (i > 0 && text[3 * i - 1] != separator) return std::nullopt;
    const auto byte = whole_number(text.substr(3 * i, 2), 16, 0xff);
    if (!byte) return std::nullopt;
    mac.bytes[i] = static_cast<std::uint8_t>(*byte);
  }
  return mac;
}

std::string Mac::text(char separator) const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const auto byte : bytes) {
    if (!out.empty()) out += separator;
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::uint64_t Mac::number() const {
  std::uint64_t value = 0;
  for (const auto byte : bytes) value = value << 8 | byte;
  return value;
}

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  std::uint32_t value = 0;
  for (int part = 0; part < 4; ++part) {
    const auto dot = part < 3 ? text.find('.') : text.size();
    if (dot == std::string_view::npos || dot == 0 || dot > 3) return std::nullopt;
    const auto byte = whole_number(text.substr(0, dot), 10, 255);
    if (!byte) return std::nullopt;
    value = value << 8 | *byte;
    text.remove_prefix(part < 3 ? dot + 1 : dot);
  }
  return Ipv4{value};
}

std::string Ipv4::text() const {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += std::to_string(value >> shift & 0xff);
    if (shift > 0) out += '.';
  }
  return out;
}

Subnet Subnet::of(Ipv4 address, int prefix) {
  Subnet subnet{{}, prefix};
  subnet.network = Ipv4{address.value & subnet.mask().value};
  return subnet;
}
Ipv4 Subnet::mask() const { return Ipv4{prefix == 0 ? 0 : ~std::uint32_t{0} << (32 - prefix)}; }
Ipv4 Subnet::broadcast() const { return Ipv4{network.value | ~mask().value}; }
Ipv4 Subnet::first_host() const { return Ipv4{network.value + 1}; }
Ipv4 Subnet::last_host() const { return Ipv4{broadcast().value - 1}; }
bool Subnet::contains(Ipv4 address) const { return (address.value & mask().value) == network.value; }
std::string Subnet::text() const { return network.text() + "/" + std::to_string(prefix); }

std::string AddressRange::text() const { return first.text() + "-" + last.text(); }

inline namespace literals {
Ipv4 operator""_ip(const char* text, std::size_t size) {
  if (const auto address = Ipv4::parse({text, size})) return *address;
  throw std::invalid_argument(std::string("not an IPv4 address: ") + text);
}
Mac operator""_mac(const char* text, std::size_t size) {
  if (const auto mac = Mac::parse({text, size})) return *mac;
  throw std::invalid_argument(std::string("not a MAC address: ") + text);
}
}  // namespace literals

}  // namespace rootstock
