#include "dhcp/frame.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

/// RFC 1071: over a header with its checksum in place, the sum of all words is all ones.
std::uint16_t sum_of(Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(bytes[i] << (i % 2 ? 0 : 8));
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(sum);
}

}  // namespace

TEST_CASE("an IPv4 packet with a UDP datagram, checksums included") {
  const auto payload =
      GENERATE(hex("61 62 63"), hex("61 62 63 64"), hex(""), std::vector<std::uint8_t>(548, 0xfe));
  std::vector<std::uint8_t> packet;
  emit_udp_packet({"10.0.0.1"_ip, 67}, {"10.0.0.10"_ip, 68}, payload, packet);
  REQUIRE(packet.size() == 28 + payload.size());
  CHECK(sum_of(Bytes{packet}.first(20)) == 0xffff);
  // The pseudo-header of RFC 768: addresses, protocol 17, length; then the datagram.
  std::vector<std::uint8_t> summed(packet.begin() + 12, packet.end());
  const auto size = packet.size() - 20;
  summed.insert(summed.begin() + 8,
                {0, 17, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
  CHECK(sum_of(summed) == 0xffff);
}

TEST_CASE("the bytes of a small packet") {
  std::vector<std::uint8_t> packet;
  emit_udp_packet({"10.0.0.1"_ip, 67}, {"10.0.0.10"_ip, 68}, hex("61 62"), packet);
  CHECK(packet == hex("45 00 00 1e  | version and length of the header, total length \n"
                      "00 00 40 00  | not to be fragmented \n"
                      "40 11 26 c5  | TTL 64, UDP, checksum \n"
                      "0a 00 00 01 0a 00 00 0a \n"
                      "00 43 00 44 00 0a 89 e6 | 67 to 68, length, checksum \n"
                      "61 62"));
}

TEST_CASE("an ARP probe names nobody as its sender's address (RFC 5227 2.1.1)") {
  std::vector<std::uint8_t> packet;
  emit_arp_probe("02:00:00:00:00:01"_mac, "10.0.0.10"_ip, packet);
  CHECK(packet == hex("00 01 08 00 06 04 00 01 | Ethernet, IPv4, request \n"
                      "02 00 00 00 00 01 00 00 00 00 \n"
                      "00 00 00 00 00 00 0a 00 00 0a"));
}

TEST_CASE("who an ARP packet speaks for") {
  const auto reply =
      hex("00 01 08 00 06 04 00 02 02 00 00 00 00 09 0a 00 00 0a 02 00 00 00 00 01 00 00 00 00");
  const auto sender = parse_arp(reply);
  REQUIRE(sender);
  CHECK(sender->mac == "02:00:00:00:00:09"_mac);
  CHECK(sender->address == "10.0.0.10"_ip);
  CHECK_FALSE(parse_arp(Bytes{reply}.first(17)));
  auto other = reply;
  other[0] = 7;
  CHECK_FALSE(parse_arp(other));
}
