#pragma once
// The kernel's tables as text: /proc/net/{udp,tcp,udp6,tcp6,route} and /proc/PID/{cgroup,status} (value: no
// file is opened here).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"

namespace rootstock::server {

struct OpenSocket {
  Ipv4 address;               ///< unset: every address (also those of IPv6's "::")
  bool ipv6_address = false;  ///< bound to one IPv6 address; no rival of ours
  std::uint16_t port = 0;
  bool listens = false;     ///< TCP: in state LISTEN; UDP: not connected
  std::uint64_t inode = 0;  ///< 0: the kernel's own
};

/// Any of the four socket tables; lines that do not fit are passed over.
std::vector<OpenSocket> parse_sockets(std::string_view table);

/// Interfaces that a default route leads through, from /proc/net/route.
std::vector<std::string> parse_default_routes(std::string_view table);

/// "dnsmasq.service" from "0::/system.slice/dnsmasq.service"; "" when no unit of the system's is in it.
std::string parse_unit(std::string_view cgroup);

/// The process that started this one, from /proc/PID/status; 0 when it is not said.
int parse_parent(std::string_view status);

}  // namespace rootstock::server
