#pragma once
// A proxyDHCP server (PXE 2.1, RFC 4578): says what to boot beside another DHCP server, which gives the
// addresses, and learns from what boards say to that one who has which. A message in, an outcome out; the
// same outcome as Responder's, without leases, probes and pins.

#include <string>

#include "dhcp/message.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/proxy_policy.hpp"
#include "dhcp/responder.hpp"
#include "dhcp/site.hpp"
#include "dhcp/transactions.hpp"

namespace rootstock::dhcp {

struct ProxyParameters {
  Head head;
  Subnet subnet;
};

class ProxyResponder {
 public:
  ProxyResponder(ProxyParameters network, Seating& seating) : network_(network), seating_(seating) {}

  /// On port 67: what boards say to everybody.
  Outcome on_dhcp(const Message& question);
  /// On port 4011: what a board that got our OFFER asks of us, from this address and port.
  Outcome on_binl(const Message& question, Ipv4 from, std::uint16_t port);

 private:
  Outcome discover(const Message& question, Outcome outcome);
  Outcome overhear(const Message& question, Outcome outcome);
  Message answer_to(const Message& question, const Outcome& outcome, MessageType type) const;
  void add_boot_file(Message& reply, const Board& board) const;
  Outcome finish(const Message& question, Outcome outcome, Message reply) const;
  bool is_board(Ipv4 address) const;

  ProxyParameters network_;
  Seating& seating_;
  Transactions transactions_;
};

}  // namespace rootstock::dhcp
