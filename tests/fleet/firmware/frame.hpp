#pragma once
// Ethernet, ARP, IPv4 and UDP as small firmware does them: a header of exactly 20 bytes, no fragments, every
// checksum looked at (NETBOOT-FACTS 1.1).

#include <optional>
#include <string_view>
#include <variant>

#include "config/result.hpp"
#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

constexpr Mac broadcast_mac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
constexpr Ipv4 broadcast_ip{0xffffffff};

/// What differs between the stacks of different firmware.
struct IpHabits {
  std::uint8_t ttl = 64;
  bool dont_fragment = false;
  bool udp_checksum = true;
  std::uint16_t id = 0;
};

struct Datagram {
  Mac source_mac, target_mac;
  Ipv4 source, target;
  std::uint16_t source_port = 0, target_port = 0;
  std::vector<std::uint8_t> payload;
};
struct Arp {
  bool request = true;
  Mac sender_mac;
  Ipv4 sender;
  Mac target_mac;
  Ipv4 target;
};
using Packet = std::variant<Datagram, Arp>;

/// The words say what this firmware cannot take. Empty words: not ours to look at (IPv6, TCP, another
/// protocol).
Result<Packet, std::string_view> parse_frame(Bytes frame);

Frame emit(const Datagram& datagram, const IpHabits& habits);
Frame emit(const Arp& arp, const Mac& to);

}  // namespace rootstock::fleet
