#include "server/links/queueing.hpp"

#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/tc.h>

#include <memory>

namespace rootstock::server {

std::vector<std::string> queues_of(const std::string& interface) {
  const int index = static_cast<int>(::if_nametoindex(interface.c_str()));
  const std::unique_ptr<nl_sock, decltype(&::nl_socket_free)> socket{::nl_socket_alloc(), &::nl_socket_free};
  nl_cache* all = nullptr;
  if (index == 0 || !socket || ::nl_connect(socket.get(), NETLINK_ROUTE) < 0 ||
      ::rtnl_qdisc_alloc_cache(socket.get(), &all) < 0)
    return {};
  const std::unique_ptr<nl_cache, decltype(&::nl_cache_free)> cache{all, &::nl_cache_free};
  std::vector<std::string> kinds;
  for (auto* entry = ::nl_cache_get_first(all); entry != nullptr; entry = ::nl_cache_get_next(entry)) {
    auto* queue = reinterpret_cast<rtnl_tc*>(entry);
    if (::rtnl_tc_get_ifindex(queue) != index) continue;
    if (const char* kind = ::rtnl_tc_get_kind(queue); kind != nullptr) kinds.emplace_back(kind);
  }
  return kinds;
}

}  // namespace rootstock::server
