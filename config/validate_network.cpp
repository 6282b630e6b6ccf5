#include "config/validate_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "config/letters.hpp"

namespace rootstock {

namespace {

using namespace std::chrono_literals;

/// The kernel's own rule (dev_valid_name): 15 bytes, no '/', no ':', no white space, not "." or "..".
void interface_name(const Settings& s, Source& source) {
  const auto& name = s.network.interface;
  if (!source.sound("network.interface")) return;
  const auto allowed = [](char c) { return c > ' ' && c != '/' && c != ':' && c != 0x7f; };
  if (name.empty() || name == "." || name == ".." || !std::ranges::all_of(name, allowed))
    source.fault("network.interface", fmt::format("\"{}\" cannot be the name of an interface", name),
                 "`ip link` lists the interfaces of this machine");
  else if (name.size() > 15)
    source.fault("network.interface",
                 fmt::format("\"{}\" is longer than Linux allows for an interface", name),
                 "15 characters at most; `ip link` lists the interfaces of this machine");
  else if (name == "lo")
    source.fault("network.interface", "no board can reach the loopback interface",
                 "name the interface that the switch is plugged into; `ip link` lists them");
}

void head_is_a_host(const Settings& s, Source& source) {
  const auto& [network, prefix] = s.network.subnet;
  if (!source.sound("network.address")) return;
  const auto address = s.network.address;
  if (address == network || address == s.network.subnet.broadcast())
    source.fault("network.address",
                 fmt::format("{} is the {} address of {}, no host", address.text(),
                             address == network ? "network" : "broadcast", s.network.subnet.text()),
                 fmt::format("the hosts are {} to {}", s.network.subnet.first_host().text(),
                             s.network.subnet.last_host().text()));
}

/// Addresses that name nobody on a wire: 0/8, loopback, multicast and above.
void head_is_unicast(const Settings& s, Source& source) {
  if (!source.sound("network.address")) return;
  const auto top = s.network.address.value >> 24;
  if (top == 0 || top == 127 || top >= 224)
    source.fault("network.address",
                 fmt::format("{} cannot be an address on a network", s.network.address.text()),
                 "take a private one, as in \"10.77.0.1/24\"");
}

void pool_is_ordered(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.has("network.pool")) return;
  if (s.network.pool.last < s.network.pool.first)
    source.fault("network.pool", "the pool ends before it starts", "swap the two addresses");
}

void pool_is_inside(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.sound("network.address") || !source.has("network.pool"))
    return;
  const auto& [pool, subnet] = std::pair{s.network.pool, s.network.subnet};
  const AddressRange hosts{subnet.first_host(), subnet.last_host()};
  if (!hosts.contains(pool.first) || !hosts.contains(pool.last))
    source.fault("network.pool", fmt::format("the pool leaves the cluster network {}", subnet.text()),
                 fmt::format("its hosts are {} to {}", hosts.first.text(), hosts.last.text()));
}

void pool_has_room(const Settings& s, Source& source) {
  if (s.dhcp.mode == DhcpMode::proxy || source.has("network.pool") || !source.sound("network")) return;
  if (s.network.pool.size() == 0)
    source.fault("network.address", fmt::format("no host is left for nodes in {}", s.network.subnet.text()),
                 "take a shorter prefix: /24 has room for 253 nodes");
}

void head_is_not_in_pool(const Settings& s, Source& source) {
  if (!source.sound("network.pool") || !source.sound("network.address") || !source.has("network.pool"))
    return;
  if (s.network.pool.contains(s.network.address))
    source.fault("network.pool",
                 fmt::format("the pool contains the head's own address {}", s.network.address.text()),
                 "start the pool behind it, or leave `pool` out: the default goes round the head");
}

void router_fits(const Settings& s, Source& source) {
  if (!s.network.router || !source.sound("network.router") || !source.sound("network.address")) return;
  if (!s.network.subnet.contains(*s.network.router))
    source.fault("network.router",
                 fmt::format("nodes on {} cannot reach a router at {}", s.network.subnet.text(),
                             s.network.router->text()),
                 "leave it out when nodes need no way out of the cluster network");
  else if (source.sound("network.pool") && s.network.pool.contains(*s.network.router))
    source.fault("network.pool", fmt::format("the pool contains the router {}", s.network.router->text()),
                 "a node would get the router's address: end the pool before it");
}

void name_servers_are_not_in_pool(const Settings& s, Source& source) {
  if (!source.sound("network.dns") || !source.sound("network.pool")) return;
  for (const auto server : s.network.dns)
    if (s.network.pool.contains(server))
      source.fault("network.pool", fmt::format("the pool contains the name server {}", server.text()),
                   "a node would get its address: end the pool before it");
}

void domain_name(const Settings& s, Source& source) {
  if (!source.sound("network.domain")) return;
  std::string_view rest = s.network.domain;
  bool valid = rest.size() <= 200;
  while (valid) {
    const auto dot = rest.find('.');
    valid = is_host_label(rest.substr(0, dot));
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (!valid)
    source.fault(
        "network.domain", fmt::format("\"{}\" is not a domain name", s.network.domain),
        "words of letters, digits and '-', with dots between them: \"cluster\" or \"lab.example.org\"");
}

/// A board that boots asks several times within a minute; shorter leases would change under it.
void lease_time(const Settings& s, Source& source) {
  if (!source.sound("dhcp.lease_time")) return;
  if (s.dhcp.lease_time < 2min)
    source.fault("dhcp.lease_time", "leases must last two minutes or more", R"(the default is "12h")");
}

/// What only the server that gives out the addresses can decide.
void proxy_gives_no_addresses(const Settings& s, Source& source) {
  if (s.dhcp.mode != DhcpMode::proxy) return;
  for (const auto* key : {"network.pool", "network.router", "dhcp.lease_time", "dhcp.conflict_probe"})
    if (source.has(key) && source.sound(key))
      source.fault(key, "means nothing with mode = \"proxy\": the other DHCP server gives out the addresses",
                   "take the line out, and set this on that server; or set mode = \"server\" in [dhcp]");
}

}  // namespace

void validate_network(const Settings& settings, Source& source) {
  for (const auto rule : {interface_name, head_is_a_host, head_is_unicast, pool_is_ordered, pool_is_inside,
                          pool_has_room, head_is_not_in_pool, router_fits, name_servers_are_not_in_pool,
                          domain_name, lease_time, proxy_gives_no_addresses})
    rule(settings, source);
}

}  // namespace rootstock
