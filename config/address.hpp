#pragma once
// Addresses as values: host byte order inside, text form at the edges.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace rootstock {

/// An Ethernet address, six bytes in wire order.
struct Mac {
  std::array<std::uint8_t, 6> bytes{};

  /// Accepts aa:bb:cc:dd:ee:ff and aa-bb-cc-dd-ee-ff, either case.
  static std::optional<Mac> parse(std::string_view text);
  /// Lower case: aa:bb:cc:dd:ee:ff, or with another separator (U-Boot's and the Pi's file names use '-').
  std::string text(char separator = ':') const;
  std::uint64_t number() const;
  auto operator<=>(const Mac&) const = default;
};

/// An IPv4 address, host byte order.
struct Ipv4 {
  std::uint32_t value = 0;

  constexpr Ipv4() = default;
  constexpr explicit Ipv4(std::uint32_t host_order) : value(host_order) {}
  static std::optional<Ipv4> parse(std::string_view dotted_quad);
  std::string text() const;
  constexpr bool unset() const { return value == 0; }
  constexpr auto operator<=>(const Ipv4&) const = default;
};

/// A network and the prefix length that makes it, as in 10.77.0.0/24.
struct Subnet {
  Ipv4 network;
  int prefix = 0;

  /// The network that contains `address`; the host bits of `address` are dropped.
  static Subnet of(Ipv4 address, int prefix);
  Ipv4 mask() const;
  Ipv4 broadcast() const;
  Ipv4 first_host() const;
  Ipv4 last_host() const;
  bool contains(Ipv4 address) const;
  std::string text() const;
  auto operator<=>(const Subnet&) const = default;
};

/// Both ends belong to it.
struct AddressRange {
  Ipv4 first, last;

  bool contains(Ipv4 address) const { return first <= address && address <= last; }
  std::size_t size() const { return last < first ? 0 : std::size_t{last.value} - first.value + 1; }
  std::string text() const;
  auto operator<=>(const AddressRange&) const = default;
};

inline namespace literals {
Ipv4 operator""_ip(const char* text, std::size_t size);
Mac operator""_mac(const char* text, std::size_t size);
}  // namespace literals

}  // namespace rootstock

template <>
struct std::hash<rootstock::Mac> {
  std::size_t operator()(const rootstock::Mac& mac) const noexcept {
    return std::hash<std::uint64_t>{}(mac.number());
  }
};
template <>
struct std::hash<rootstock::Ipv4> {
  std::size_t operator()(const rootstock::Ipv4& address) const noexcept {
    return std::hash<std::uint32_t>{}(address.value);
  }
};
