#pragma once
// Option negotiation: what the client asked -> what is agreed, and the words of the OACK.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "tftp/packet.hpp"

namespace rootstock::tftp {

/// What this server and its link can carry.
struct Limits {
  std::uint16_t largest_block = 1468;  ///< fits a frame of 1500 bytes: IP and UDP take 28, TFTP 4
  /// Blocks that one segmented send carries: the kernel cuts at most 64 segments, from one datagram's worth
  /// of bytes.
  std::uint16_t largest_window = 64;
};

/// The largest block that goes over a link with this MTU without IP fragments, which boot ROMs do not put
/// together.
std::uint16_t largest_block_for(unsigned mtu);

struct Terms {
  std::uint16_t block_size = 512;               ///< RFC 1350, until blksize says otherwise
  std::uint16_t window = 1;                     ///< RFC 7440
  std::optional<std::chrono::seconds> timeout;  ///< RFC 2349, the client's own wish
  std::vector<std::byte> option_ack;            ///< the OACK packet; empty when no option was accepted
};

/// The text for ERROR 8 when an option cannot be answered with any value that is both legal and what was
/// asked.
using OptionFault = std::string_view;

Result<Terms, OptionFault> negotiate(const std::vector<Option>& asked, std::uint64_t file_size,
                                     Limits limits);

}  // namespace rootstock::tftp
