#include "dhcp/socket_outbox.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <algorithm>
#include <cstring>

#include "dhcp/frame.hpp"

namespace rootstock::dhcp {

namespace {

sockaddr_in udp_address(Ipv4 address, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(address.value);
  return to;
}

sockaddr_ll link_address(const Link& link, std::uint16_t protocol, const Mac& mac) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(protocol);
  to.sll_ifindex = link.index;
  to.sll_halen = static_cast<unsigned char>(mac.bytes.size());
  std::ranges::copy(mac.bytes, to.sll_addr);
  return to;
}

/// The source address of what we send: the interface may have others beside the head's.
std::vector<std::uint8_t> source_control(Ipv4 head) {
  in_pktinfo source{};
  source.ipi_spec_dst.s_addr = htonl(head.value);
  std::vector<std::uint8_t> control(CMSG_SPACE(sizeof source), 0);
  cmsghdr header{};
  header.cmsg_level = IPPROTO_IP;
  header.cmsg_type = IP_PKTINFO;
  header.cmsg_len = CMSG_LEN(sizeof source);
  std::memcpy(control.data(), &header, sizeof header);
  std::memcpy(control.data() + CMSG_LEN(0), &source, sizeof source);
  return control;
}

}  // namespace

Outbox::Outbox(const From& from) : from_(from) { udp_.set_control(source_control(from.head)); }

void Outbox::send(const Message& reply, const Destination& to) {
  const auto client_port = to.port != 0 ? to.port : static_cast<std::uint16_t>(from_.port + 1);
  if (to.route != Route::hardware) {
    const auto port = to.route == Route::relay ? from_.port : client_port;
    return emit(reply, udp_.add(udp_address(to.address, port)));
  }
  scratch_.clear();
  emit(reply, scratch_);
  emit_udp_packet({from_.head, from_.port}, {to.address, client_port}, scratch_,
                  packet_.add(link_address(from_.link, ETH_P_IP, to.mac)));
}

void Outbox::probe(Ipv4 address) {
  constexpr Mac everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  emit_arp_probe(from_.link.mac, address, packet_.add(link_address(from_.link, ETH_P_ARP, everybody)));
}

std::vector<SendBatch::Refused> Outbox::flush(int udp_socket, int packet_socket) {
  std::vector<SendBatch::Refused> refused;
  for (const auto& result : {udp_.flush(udp_socket), packet_.flush(packet_socket)})
    if (result.count > 0) refused.push_back(result);
  return refused;
}

}  // namespace rootstock::dhcp
