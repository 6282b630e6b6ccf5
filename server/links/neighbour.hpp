#pragma once
// Who the kernel believes to be behind one address (edge: an ioctl, which needs no rights).

#include <optional>
#include <string>

#include "config/address.hpp"

namespace rootstock::server {

/// None: the kernel never heard of it, or has forgotten. Whoever just sent us a packet and is on this wire is
/// known: it asked for our address before, by ARP. `pinned`: also whom the kernel was only told of.
std::optional<Mac> neighbour_at(const std::string& interface, Ipv4 address, bool pinned = true);

}  // namespace rootstock::server
