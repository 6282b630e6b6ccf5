#pragma once
// Which process holds a port (edge: /proc).

#include <optional>
#include <string>

#include "config/address.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

enum class Transport { udp, tcp };

struct Holder {
  int pid = 0;              ///< 0: no process that we may look at; or the kernel itself
  std::string name;         ///< "dnsmasq"
  std::string unit;         ///< "dnsmasq.service"; "" when systemd did not start it
  bool ours = false;        ///< part of the service that runs with these settings
  bool kernel_nfs = false;  ///< the kernel's own NFS server
};

/// Who keeps us from `port` at `address` (unset: at any); none when nobody seems to.
std::optional<Holder> holder_of(const Settings& settings, Transport transport, Ipv4 address,
                                std::uint16_t port);

}  // namespace rootstock::server
