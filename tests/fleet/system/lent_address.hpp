#pragma once
// A board's address while this machine's TCP speaks for it. Values and a time in, frames out.
//
// The kernel's frames get the board's MAC and the head's, which the board asks for by ARP like any node; its
// own address it defends by answering.

#include <deque>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

class LentAddress {
 public:
  LentAddress(const Mac& mac, Ipv4 address) : mac_(mac), address_(address) {}

  /// Whether it answers ARP: firmware that is back does so itself.
  void defend(bool yes) { defends_ = yes; }

  /// A frame of the kernel's, from this address.
  std::vector<Frame> on_kernel_frame(Bytes frame, Tick now);
  /// An ARP packet that reached the board: what is answered, and what may leave now.
  std::vector<Frame> on_arp(Bytes frame);
  /// Asks again for a neighbour that did not answer.
  std::optional<Tick> deadline() const;
  std::vector<Frame> on_timer(Tick now);

  Ipv4 address() const { return address_; }

 private:
  Frame question() const;

  Mac mac_;
  Ipv4 address_;
  Ipv4 head_;
  bool defends_ = true;
  std::optional<Mac> head_mac_;
  std::deque<Frame> waiting_;
  std::optional<Tick> asked_at_;
};

/// Of an Ethernet frame; none where it is something else or too short.
struct IpHeader {
  Ipv4 source, target;
  std::uint8_t protocol = 0;
};
std::optional<IpHeader> ip_header(Bytes frame);
bool is_arp(Bytes frame);
Mac target_mac(Bytes frame);

}  // namespace rootstock::fleet
