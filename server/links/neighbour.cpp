#include "server/links/neighbour.hpp"

#include <net/if_arp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace rootstock::server {

/// SIOCGARP looks up one entry, where reading /proc/net/arp would read them all (arp(7)).
std::optional<Mac> neighbour_at(const std::string& interface, Ipv4 address, bool pinned) {
  arpreq entry{};
  sockaddr_in asked{};
  asked.sin_family = AF_INET;
  asked.sin_addr.s_addr = htonl(address.value);
  std::memcpy(&entry.arp_pa, &asked, sizeof asked);
  if (interface.size() >= sizeof entry.arp_dev) return std::nullopt;
  std::ranges::copy(interface, entry.arp_dev);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return std::nullopt;
  const bool known = ::ioctl(fd, SIOCGARP, &entry) == 0 && (entry.arp_flags & ATF_COM) != 0;
  ::close(fd);
  if (!pinned && (entry.arp_flags & ATF_PERM) != 0) return std::nullopt;
  if (!known) return std::nullopt;
  Mac mac;
  std::memcpy(mac.bytes.data(), entry.arp_ha.sa_data, mac.bytes.size());
  return mac;
}

}  // namespace rootstock::server
