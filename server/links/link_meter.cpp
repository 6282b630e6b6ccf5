#include "server/links/link_meter.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace rootstock::server {
namespace {

/// Fills what `command` points to; false: the driver does not tell.
bool ask_driver(const std::string& interface, void* command) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  ifreq request{};
  std::copy_n(interface.begin(), std::min<std::size_t>(interface.size(), IFNAMSIZ - 1), request.ifr_name);
  request.ifr_data = static_cast<char*>(command);
  const bool told = ::ioctl(fd, SIOCETHTOOL, &request) == 0;
  ::close(fd);
  return told;
}

}  // namespace

void LinkMeter::Free::operator()(nl_sock* socket) const { ::nl_socket_free(socket); }

LinkMeter::LinkMeter(std::string interface) : interface_(std::move(interface)), socket_(::nl_socket_alloc()) {
  if (socket_ && ::nl_connect(socket_.get(), NETLINK_ROUTE) < 0) socket_.reset();
}

std::optional<std::uint64_t> LinkMeter::sent() {
  rtnl_link* link = nullptr;
  if (!socket_ || ::rtnl_link_get_kernel(socket_.get(), 0, interface_.c_str(), &link) < 0)
    return std::nullopt;
  const auto bytes = ::rtnl_link_get_stat(link, RTNL_LINK_TX_BYTES);
  ::rtnl_link_put(link);
  return bytes;
}

/// The older of the two commands that tell a speed: every driver answers it, and all a link's speed needs is
/// in its 32 bits (linux/ethtool.h).
std::uint64_t LinkMeter::speed() const {
  ethtool_drvinfo driver{};
  driver.cmd = ETHTOOL_GDRVINFO;
  if (ask_driver(interface_, &driver) && std::string_view{driver.driver} == "tun") return 0;
  ethtool_cmd settings{};
  settings.cmd = ETHTOOL_GSET;
  if (!ask_driver(interface_, &settings)) return 0;
  const auto megabits = ::ethtool_cmd_speed(&settings);
  constexpr std::uint64_t million = 1'000'000;
  return megabits == 0 || megabits == static_cast<std::uint32_t>(SPEED_UNKNOWN) ? 0 : megabits * million;
}

}  // namespace rootstock::server
