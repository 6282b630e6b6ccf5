#include "dhcp/frame.hpp"

#include <algorithm>

namespace rootstock::dhcp {

namespace {

constexpr std::size_t ip_header_size = 20, udp_header_size = 8;
constexpr std::uint8_t udp = 17;
constexpr std::uint16_t arp_ethernet = 1, arp_ipv4 = 0x0800, arp_request = 1;

/// RFC 1071: the ones' complement sum of 16-bit words, started from `sum`.
std::uint32_t add_words(Bytes bytes, std::uint32_t sum) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum += static_cast<std::uint32_t>(bytes[i] << 8 | bytes[i + 1]);
  if (i < bytes.size()) sum += static_cast<std::uint32_t>(bytes[i] << 8);
  return sum;
}

std::uint16_t checksum(std::uint32_t sum) {
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void put(std::vector<std::uint8_t>& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<std::uint8_t>(value >> 8);
  out[at + 1] = static_cast<std::uint8_t>(value);
}

void emit_ip_header(Ipv4 from, Ipv4 to, std::size_t payload, std::vector<std::uint8_t>& out) {
  constexpr std::uint16_t dont_fragment = 0x4000;
  constexpr std::uint8_t version_and_words = 0x45, hops = 64;
  const auto at = out.size();
  Writer header{out};
  header.u8(version_and_words);
  header.u8(0);  // type of service
  header.u16(static_cast<std::uint16_t>(ip_header_size + payload));
  header.u16(0);  // identification: never fragmented, RFC 6864
  header.u16(dont_fragment);
  header.u8(hops);
  header.u8(udp);
  header.u16(0);  // checksum, below
  header.u32(from.value);
  header.u32(to.value);
  put(out, at + 10, checksum(add_words(Bytes{out}.subspan(at), 0)));
}

}  // namespace

void emit_udp_packet(const Endpoint& from, const Endpoint& to, Bytes payload,
                     std::vector<std::uint8_t>& out) {
  const auto size = static_cast<std::uint16_t>(udp_header_size + payload.size());
  emit_ip_header(from.address, to.address, size, out);
  const auto at = out.size();
  Writer datagram{out};
  datagram.u16(from.port);
  datagram.u16(to.port);
  datagram.u16(size);
  datagram.u16(0);  // checksum, below
  datagram.bytes(payload);
  // RFC 768: the sum also covers addresses, protocol and length; a sum of zero is sent as ones.
  const auto pseudo_header = add_words(Bytes{out}.subspan(at - 8, 8), std::uint32_t{udp} + size);
  const auto sum = checksum(add_words(Bytes{out}.subspan(at), pseudo_header));
  put(out, at + 6, sum == 0 ? std::uint16_t{0xffff} : sum);
}

void emit_arp_probe(const Mac& own, Ipv4 target, std::vector<std::uint8_t>& out) {
  Writer packet{out};
  packet.u16(arp_ethernet);
  packet.u16(arp_ipv4);
  packet.u8(6);
  packet.u8(4);
  packet.u16(arp_request);
  packet.bytes(own.bytes);
  packet.u32(0);
  packet.bytes(Mac{}.bytes);
  packet.u32(target.value);
}

std::optional<ArpSender> parse_arp(Bytes packet) {
  Reader in{packet};
  const auto hardware = in.u16(), protocol = in.u16();
  const auto hardware_size = in.u8(), protocol_size = in.u8();
  in.u16();  // request or reply: either way the sender uses the address
  const auto mac = in.take(6);
  const Ipv4 address{in.u32()};
  if (!in.ok() || hardware != arp_ethernet || protocol != arp_ipv4) return std::nullopt;
  if (hardware_size != 6 || protocol_size != 4) return std::nullopt;
  ArpSender sender{{}, address};
  std::ranges::copy(mac, sender.mac.bytes.begin());
  return sender;
}

}  // namespace rootstock::dhcp
