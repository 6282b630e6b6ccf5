#pragma once
// What a switch says about its spanning tree (value): IEEE 802.1D-2004 section 9.3, as it comes on the wire.

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "config/address.hpp"

namespace rootstock::server {

/// The group address to which bridges speak, and which they never pass on (802.1D table 7-10).
constexpr std::array<std::uint8_t, 6> all_bridges{0x01, 0x80, 0xc2, 0, 0, 0};

/// One configuration message of a bridge. Topology change notifications say nothing that we need.
struct Bpdu {
  bool rapid = false;  ///< RSTP or MSTP: a port that is known to lead to a host forwards at once there, too
  Mac bridge, root;    ///< who sends it, and whom it holds for the root of the tree
  std::chrono::milliseconds hello{}, forward_delay{};

  /// How long a port that was just plugged in passes nothing: once to listen, once to learn (802.1D 17.20.5).
  std::chrono::milliseconds deaf() const { return 2 * forward_delay; }
  bool operator==(const Bpdu&) const = default;
};

/// A whole Ethernet frame to the group of all bridges, without a VLAN tag. None: it is something else.
std::optional<Bpdu> parse_bpdu(std::span<const std::uint8_t> frame);

}  // namespace rootstock::server
