#include "server/links/netlink.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/addr.h>
#include <netlink/cache.h>
#include <netlink/errno.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/neighbour.h>
#include <netlink/socket.h>

namespace rootstock::server {
namespace {

template <class T, void (*put)(T*)>
struct Put {
  void operator()(T* object) const { put(object); }
};
using Link = std::unique_ptr<rtnl_link, Put<rtnl_link, rtnl_link_put>>;
using Address = std::unique_ptr<rtnl_addr, Put<rtnl_addr, rtnl_addr_put>>;
using PlainAddress = std::unique_ptr<nl_addr, Put<nl_addr, nl_addr_put>>;
using Neighbour = std::unique_ptr<rtnl_neigh, Put<rtnl_neigh, rtnl_neigh_put>>;
using Cache = std::unique_ptr<nl_cache, Put<nl_cache, nl_cache_free>>;

tl::unexpected<Failure> refused(const std::string& what, int error) {
  const bool no_root = error == -NLE_PERM;
  return fail(fmt::format("cannot {}: {}", what, nl_geterror(error)),
              no_root ? "start rootstock as root" : "see `ip -d link` and `ip address`");
}

Link get_link(nl_sock* socket, const std::string& interface) {
  rtnl_link* link = nullptr;
  if (rtnl_link_get_kernel(socket, 0, interface.c_str(), &link) < 0) return nullptr;
  return Link(link);
}

PlainAddress plain(Ipv4 address, int prefix) {
  const auto wire = htonl(address.value);
  PlainAddress made(nl_addr_build(AF_INET, &wire, sizeof wire));
  nl_addr_set_prefixlen(made.get(), prefix);
  return made;
}

Neighbour neighbour(int index, Ipv4 address) {
  Neighbour made(rtnl_neigh_alloc());
  const auto destination = plain(address, 32);
  rtnl_neigh_set_family(made.get(), AF_INET);
  rtnl_neigh_set_ifindex(made.get(), index);
  rtnl_neigh_set_dst(made.get(), destination.get());
  return made;
}

}  // namespace

void Netlink::Free::operator()(nl_sock* socket) const { nl_socket_free(socket); }

Result<Netlink, Failure> Netlink::open() {
  Socket socket(nl_socket_alloc());
  if (!socket) return fail("cannot talk to the kernel's network configuration: out of memory");
  if (const int error = nl_connect(socket.get(), NETLINK_ROUTE); error < 0)
    return refused("talk to the kernel's network configuration", error);
  return Netlink(std::move(socket));
}

std::optional<LinkState> Netlink::find(const std::string& interface) {
  const auto link = get_link(requests_.get(), interface);
  if (!link) return std::nullopt;
  const auto flags = rtnl_link_get_flags(link.get());
  return LinkState{rtnl_link_get_ifindex(link.get()), (flags & IFF_UP) != 0, (flags & IFF_LOWER_UP) != 0};
}

Result<void, Failure> Netlink::set_up(const std::string& interface) {
  const auto link = get_link(requests_.get(), interface);
  const Link change(rtnl_link_alloc());
  if (!link || !change) return fail("the interface " + interface + " went away");
  rtnl_link_set_flags(change.get(), IFF_UP);
  if (const int error = rtnl_link_change(requests_.get(), link.get(), change.get(), 0); error < 0)
    return refused("set up the interface " + interface, error);
  return {};
}

bool Netlink::has_address(int index, Ipv4 address, int prefix) {
  nl_cache* filled = nullptr;
  if (rtnl_addr_alloc_cache(requests_.get(), &filled) < 0) return false;
  const Cache all(filled);
  const auto local = plain(address, prefix);
  return Address(rtnl_addr_get(all.get(), index, local.get())) != nullptr;
}

Result<void, Failure> Netlink::add_address(int index, Ipv4 address, int prefix) {
  const Address wanted(rtnl_addr_alloc());
  const auto local = plain(address, prefix);
  const auto broadcast = plain(Subnet::of(address, prefix).broadcast(), 32);
  rtnl_addr_set_ifindex(wanted.get(), index);
  rtnl_addr_set_local(wanted.get(), local.get());
  rtnl_addr_set_broadcast(wanted.get(), broadcast.get());
  const int error = rtnl_addr_add(requests_.get(), wanted.get(), 0);
  if (error < 0 && error != -NLE_EXIST)
    return refused(fmt::format("give the interface its address {}/{}", address.text(), prefix), error);
  return {};
}

Result<void, Failure> Netlink::set_neighbour(int index, Ipv4 address, const Mac& mac) {
  const auto entry = neighbour(index, address);
  const PlainAddress hardware(nl_addr_build(AF_LLC, mac.bytes.data(), mac.bytes.size()));
  rtnl_neigh_set_lladdr(entry.get(), hardware.get());
  rtnl_neigh_set_state(entry.get(), NUD_PERMANENT);
  const int error = rtnl_neigh_add(requests_.get(), entry.get(), NLM_F_CREATE | NLM_F_REPLACE);
  if (error < 0)
    return refused(fmt::format("pin {} to {} in the neighbour table", address.text(), mac.text()), error);
  return {};
}

Result<void, Failure> Netlink::remove_neighbour(int index, Ipv4 address) {
  const auto entry = neighbour(index, address);
  const int error = rtnl_neigh_delete(requests_.get(), entry.get(), 0);
  if (error < 0 && error != -NLE_OBJ_NOTFOUND)
    return refused(fmt::format("take {} out of the neighbour table", address.text()), error);
  return {};
}

Result<int, Failure> Netlink::subscribe() {
  events_.reset(nl_socket_alloc());
  if (!events_) return fail("cannot watch the kernel's network configuration: out of memory");
  nl_socket_disable_seq_check(events_.get());
  int error = nl_connect(events_.get(), NETLINK_ROUTE);
  if (error >= 0)
    error = nl_socket_add_memberships(events_.get(), RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_NONE);
  if (error >= 0) error = nl_socket_set_nonblocking(events_.get());
  if (error < 0) return refused("watch the kernel's network configuration", error);
  return nl_socket_get_fd(events_.get());
}

void Netlink::drain() {
  // Any error but a full receive buffer ends it: whatever was lost, the state is read afresh.
  int error = 0;
  do error = nl_recvmsgs_default(events_.get());
  while (error >= 0 || error == -NLE_NOMEM);
}

}  // namespace rootstock::server
