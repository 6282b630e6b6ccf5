#include "server/worker/options.hpp"

namespace rootstock::server {

dhcp::ServiceOptions dhcp_options(const Settings& settings) {
  const auto& network = settings.network;
  dhcp::ServiceOptions options;
  options.interface = network.interface;
  options.head = network.address;
  options.subnet = network.subnet;
  options.pool = network.pool;
  options.router = network.router;
  options.dns = network.dns;
  options.domain = network.domain;
  options.lease_time = settings.dhcp.lease_time;
  options.conflict_probe = settings.dhcp.conflict_probe;
  options.port = settings.ports.dhcp;
  options.http_port = settings.ports.http;
  return options;
}

dhcp::ProxyOptions proxy_options(const Settings& settings) {
  const auto& network = settings.network;
  const auto& ports = settings.ports;
  return {network.interface, network.address, network.subnet, ports.dhcp, ports.binl, ports.http};
}

tftp::ServiceOptions tftp_options(const Settings& settings) {
  return {settings.network.interface, settings.network.address, settings.ports.tftp};
}

Limits admin_limits() {
  Limits limits;
  limits.patience.longest_body = 4 << 20;
  return limits;
}

}  // namespace rootstock::server
