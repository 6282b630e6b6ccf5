#pragma once
// A pin: "this address is that board's, do not ask the wire". As the worker asks for it and as the keeper
// judges it (values; no socket here).
//
// The Raspberry Pi 3's ROM answers no ARP while it loads files, so the head's neighbour entry must not go
// stale (NETBOOT-FACTS 1.2). Only root may make it permanent; the worker, which knows the boards, is not
// root.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "config/address.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

struct Pin {
  Ipv4 address;
  std::optional<Mac> mac;  ///< none: take the pin off
  bool operator==(const Pin&) const = default;
};

/// One record of the channel: four bytes of address and six of MAC, in wire order; a MAC of zeros is none.
constexpr std::size_t pin_size = 10;
using PinRecord = std::array<std::uint8_t, pin_size>;

PinRecord record_of(const Pin& pin);
std::optional<Pin> parse_pin(std::span<const std::uint8_t> record);

/// Why the keeper refuses: the worker reads what the network sends, so what it asks for is judged anew. Empty
/// when nothing speaks against it.
std::string refusal_of(const Pin& pin, const NetworkSettings& network);

}  // namespace rootstock::server
