#include "dhcp/socket_open.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rootstock::dhcp {

namespace {

/// A thousand boards that ask at once fit; the kernel's default of 208 KiB loses most of them.
constexpr int buffer_bytes = 4 << 20;

tl::unexpected<Failure> failed(std::string_view what) {
  const int error = errno;
  const auto* hint = error == EPERM || error == EACCES ? "the DHCP server must be started as root" : "";
  return fail(fmt::format("DHCP: cannot {}: {}", what, std::strerror(error)), hint);
}

template <class Value>
bool set_option(int fd, int level, int name, const Value& value) {
  return ::setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/// The forced form passes the system's limit and needs CAP_NET_ADMIN; without it, what the limit allows.
void enlarge_buffers(int fd) {
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, buffer_bytes))
    set_option(fd, SOL_SOCKET, SO_RCVBUF, buffer_bytes);
  if (!set_option(fd, SOL_SOCKET, SO_SNDBUFFORCE, buffer_bytes))
    set_option(fd, SOL_SOCKET, SO_SNDBUF, buffer_bytes);
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int Descriptor::release() { return std::exchange(fd_, -1); }

Result<Link, Failure> find_link(const std::string& interface) {
  ifreq request{};
  if (interface.empty() || interface.size() >= sizeof request.ifr_name)
    return fail(fmt::format("DHCP: '{}' is no name of a network interface", interface));
  std::ranges::copy(interface, request.ifr_name);
  const Descriptor any{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  Link link;
  if (::ioctl(any.get(), SIOCGIFINDEX, &request) < 0)
    return fail(fmt::format("DHCP: there is no network interface '{}'", interface),
                "`ip link` lists those there are");
  link.index = request.ifr_ifindex;
  if (::ioctl(any.get(), SIOCGIFHWADDR, &request) < 0)
    return failed("read the hardware address of " + interface);
  std::copy_n(reinterpret_cast<const std::uint8_t*>(request.ifr_hwaddr.sa_data), link.mac.bytes.size(),
              link.mac.bytes.begin());
  return link;
}

Result<Descriptor, Failure> open_udp(const std::string& interface, std::uint16_t port) {
  Descriptor udp{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (udp.get() < 0) return failed("open a UDP socket");
  const int on = 1;
  if (!set_option(udp.get(), SOL_SOCKET, SO_BROADCAST, on)) return failed("allow broadcasts");
  if (::setsockopt(udp.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                   static_cast<socklen_t>(interface.size())) < 0)
    return failed("bind to the interface " + interface);
  enlarge_buffers(udp.get());
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_port = htons(port);
  if (::bind(udp.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) == 0) return udp;
  if (errno == EADDRINUSE)
    return fail(
        fmt::format("DHCP: port {} is taken by another program", port),
        fmt::format("`ss -ulpn 'sport = :{}'` names it; stop it (often dnsmasq, isc-dhcp-server or kea)",
                    port));
  return failed(fmt::format("bind UDP port {}", port));
}

Result<Descriptor, Failure> open_packet(const Link& link, bool hears_arp) {
  Descriptor packet{::socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (packet.get() < 0) return failed("open a packet socket");
  enlarge_buffers(packet.get());
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = hears_arp ? htons(ETH_P_ARP) : 0;  // 0: hears nothing
  here.sll_ifindex = link.index;
  if (::bind(packet.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
    return failed("bind a packet socket");
  return packet;
}

}  // namespace rootstock::dhcp
