#pragma once
// What every answer copies from its question, and where it goes.

#include <cstddef>

#include "dhcp/message.hpp"

namespace rootstock::dhcp {

/// The one place that knows what a reply takes over (RFC 2131 table 3).
Message reply_to(const Message& question, MessageType type, Ipv4 head);

enum class Route : std::uint8_t {
  relay,      ///< UDP to the relay's server port
  client,     ///< UDP to a client that has its address and answers ARP
  hardware,   ///< to a client that has no address yet: its MAC on the frame, no ARP
  broadcast,  ///< UDP to 255.255.255.255
};

struct Destination {
  Route route = Route::broadcast;
  Ipv4 address;
  Mac mac{};
  std::uint16_t port = 0;  ///< 0: the one of DHCP's clients
};

Destination destination_of(const Message& question, const Message& reply);

/// The largest message the client takes, in bytes of UDP payload; `largest`: the IP datagram that its
/// firmware takes, whatever it says.
std::size_t size_limit(const Message& question, std::uint16_t largest);
/// Leaves out what the client can do without until the reply fits.
void trim(Message& reply, std::size_t limit);

}  // namespace rootstock::dhcp
