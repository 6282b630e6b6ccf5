#include "tests/fleet/firmware/frame.hpp"

#include "tests/fleet/firmware/bytes.hpp"

namespace rootstock::fleet {
namespace {

constexpr std::uint16_t type_ipv4 = 0x0800, type_arp = 0x0806;
constexpr std::uint8_t protocol_udp = 17;
constexpr std::size_t ethernet_size = 14, ip_size = 20, udp_size = 8;

std::uint16_t folded(std::uint32_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

/// RFC 1071: the sum of 16-bit words; an odd last byte counts as the upper half of one.
std::uint32_t sum_of(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
  return sum;
}

/// RFC 768: addresses, protocol and length are part of the sum.
std::uint16_t udp_sum(Ipv4 source, Ipv4 target, Bytes udp) {
  std::uint32_t sum = protocol_udp + static_cast<std::uint32_t>(udp.size());
  for (const auto address : {source.value, target.value}) sum += (address >> 16) + (address & 0xffff);
  return folded(sum + sum_of(udp));
}

void patch(Frame& frame, std::size_t at, std::uint16_t value) {
  frame[at] = static_cast<std::uint8_t>(value >> 8);
  frame[at + 1] = static_cast<std::uint8_t>(value);
}

tl::unexpected<std::string_view> refuse(std::string_view why) { return tl::unexpected{why}; }

Result<Packet, std::string_view> parse_arp(Reader in) {
  Arp arp;
  const bool ethernet_ip = in.u16() == 1 && in.u16() == type_ipv4 && in.u8() == 6 && in.u8() == 4;
  arp.request = in.u16() == 1;
  arp.sender_mac = in.mac();
  arp.sender = Ipv4{in.u32()};
  arp.target_mac = in.mac();
  arp.target = Ipv4{in.u32()};
  if (!in.ok() || !ethernet_ip) return refuse("malformed ARP");
  return Packet{arp};
}

Result<Packet, std::string_view> parse_udp(Datagram datagram, Bytes udp) {
  Reader in{udp};
  datagram.source_port = in.u16();
  datagram.target_port = in.u16();
  const std::size_t size = in.u16();
  const auto checksum = in.u16();
  if (!in.ok() || size < udp_size || size > udp.size()) return refuse("malformed UDP");
  udp = udp.first(size);
  if (checksum != 0 && udp_sum(datagram.source, datagram.target, udp) != 0xffff)
    return refuse("wrong UDP checksum");
  const auto payload = udp.subspan(udp_size);
  datagram.payload.assign(payload.begin(), payload.end());
  return Packet{std::move(datagram)};
}

Result<Packet, std::string_view> parse_ip(Datagram datagram, Bytes bytes) {
  Reader in{bytes};
  const auto version = in.u8();
  in.u8();  // type of service
  const std::size_t size = in.u16();
  in.u16();  // identification
  const auto fragment = in.u16();
  in.u8();  // TTL
  const auto protocol = in.u8();
  in.u16();  // checksum
  datagram.source = Ipv4{in.u32()};
  datagram.target = Ipv4{in.u32()};
  if (!in.ok() || version >> 4 != 4 || size < ip_size || size > bytes.size()) return refuse("malformed IP");
  if (version != 0x45) return refuse("IP header with options");
  if ((fragment & 0x3fff) != 0) return refuse("IP fragment");
  if (folded(sum_of(bytes.first(ip_size))) != 0xffff) return refuse("wrong IP checksum");
  if (protocol != protocol_udp) return refuse("");
  return parse_udp(std::move(datagram), bytes.first(size).subspan(ip_size));
}

}  // namespace

Result<Packet, std::string_view> parse_frame(Bytes frame) {
  Reader in{frame};
  Datagram datagram;
  datagram.target_mac = in.mac();
  datagram.source_mac = in.mac();
  const auto type = in.u16();
  if (!in.ok()) return refuse("malformed Ethernet");
  if (type == type_arp) return parse_arp(in);
  if (type == type_ipv4) return parse_ip(std::move(datagram), in.rest());
  return refuse("");
}

Frame emit(const Datagram& datagram, const IpHabits& habits) {
  Frame frame;
  Writer out{frame};
  const auto udp_length = udp_size + datagram.payload.size();
  out.bytes(datagram.target_mac.bytes).bytes(datagram.source_mac.bytes).u16(type_ipv4);
  out.u8(0x45).u8(0).u16(static_cast<unsigned>(ip_size + udp_length));
  out.u16(habits.id).u16(habits.dont_fragment ? 0x4000 : 0).u8(habits.ttl).u8(protocol_udp).u16(0);
  out.u32(datagram.source.value).u32(datagram.target.value);
  const auto ip_sum = folded(sum_of(Bytes{frame}.subspan(ethernet_size, ip_size)));
  patch(frame, ethernet_size + 10, static_cast<std::uint16_t>(~ip_sum));
  out.u16(datagram.source_port).u16(datagram.target_port).u16(static_cast<unsigned>(udp_length)).u16(0);
  out.bytes(datagram.payload);
  if (!habits.udp_checksum) return frame;
  const auto udp = Bytes{frame}.subspan(ethernet_size + ip_size);
  const auto sum = static_cast<std::uint16_t>(~udp_sum(datagram.source, datagram.target, udp));
  patch(frame, ethernet_size + ip_size + 6, sum == 0 ? 0xffff : sum);
  return frame;
}

Frame emit(const Arp& arp, const Mac& to) {
  Frame frame;
  Writer out{frame};
  out.bytes(to.bytes).bytes(arp.sender_mac.bytes).u16(type_arp);
  out.u16(1).u16(type_ipv4).u8(6).u8(4).u16(arp.request ? 1 : 2);
  out.bytes(arp.sender_mac.bytes).u32(arp.sender.value).bytes(arp.target_mac.bytes).u32(arp.target.value);
  return frame;
}

}  // namespace rootstock::fleet
