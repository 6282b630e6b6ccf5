#pragma once
// The headers around a message that is sent without the kernel's help, and ARP probes. Bytes only, no
// sockets.

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "config/address.hpp"
#include "dhcp/wire.hpp"

namespace rootstock::dhcp {

struct Endpoint {
  Ipv4 address;
  std::uint16_t port = 0;
};

/// Appends the IPv4 packet (RFC 791) with a UDP datagram (RFC 768), both checksums filled in.
void emit_udp_packet(const Endpoint& from, const Endpoint& to, Bytes payload, std::vector<std::uint8_t>& out);

/// RFC 5227 2.1.1: who has `target`? Sender address 0, so that no neighbour table learns from the question.
void emit_arp_probe(const Mac& own, Ipv4 target, std::vector<std::uint8_t>& out);

/// Who an ARP packet says uses an address; request and reply alike. None: not ARP for Ethernet and IPv4.
struct ArpSender {
  Mac mac;
  Ipv4 address;
};
std::optional<ArpSender> parse_arp(Bytes packet);

}  // namespace rootstock::dhcp
