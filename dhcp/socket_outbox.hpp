#pragma once
// What leaves: replies by the route they need, and ARP probes; gathered, then sent together by flush().

#include <vector>

#include "dhcp/reply.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_open.hpp"

namespace rootstock::dhcp {

class Outbox {
 public:
  struct From {
    Link link;
    Ipv4 head;
    std::uint16_t port = 67;
  };
  explicit Outbox(const From& from);

  void send(const Message& reply, const Destination& to);
  void probe(Ipv4 address);

  /// What the kernel refused, and why; nothing is tried twice, as clients repeat what they need.
  std::vector<SendBatch::Refused> flush(int udp_socket, int packet_socket);

 private:
  From from_;
  SendBatch udp_, packet_;
  std::vector<std::uint8_t> scratch_;
};

}  // namespace rootstock::dhcp
