#include "tftp/socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace rootstock::tftp {

namespace {

// The default of 208 KiB holds some 250 requests; the rest of a thousand boards would wait out a timeout of
// their own.
constexpr int buffer_size = 4 << 20;

void set(int fd, int level, int name, int value) {
  (void)::setsockopt(fd, level, name, &value, sizeof value);
}

/// Root may pass the system's limit; anybody else gets as much as it allows.
void enlarge(int fd, int forced, int plain) {
  if (::setsockopt(fd, SOL_SOCKET, forced, &buffer_size, sizeof buffer_size) != 0)
    set(fd, SOL_SOCKET, plain, buffer_size);
}

std::string interface_with(Ipv4 address) {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner{list, ::freeifaddrs};
  for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr || entry->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in found{};
    std::memcpy(&found, entry->ifa_addr, sizeof found);
    if (ntohl(found.sin_addr.s_addr) == address.value) return entry->ifa_name;
  }
  return {};
}

tl::unexpected<Failure> cannot(const std::string& what, int error) {
  const auto hint = error == EADDRINUSE      ? "another TFTP server holds it; `ss -ulpn` names it"
                    : error == EACCES        ? "ports below 1024 need root"
                    : error == EADDRNOTAVAIL ? "this machine does not have the address (yet)"
                    : error == ENODEV        ? "there is no such interface (yet)"
                                             : "";
  return fail(fmt::format("cannot {}: {}", what, std::strerror(error)), hint);
}

}  // namespace

UdpSocket::UdpSocket(UdpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
UdpSocket& UdpSocket::operator=(UdpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}
UdpSocket::~UdpSocket() {
  if (fd_ >= 0) ::close(fd_);
}

Result<UdpSocket, Failure> UdpSocket::open(const std::string& interface, Ipv4 address, std::uint16_t port) {
  UdpSocket socket{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (socket.fd_ < 0) return cannot("open a UDP socket for TFTP", errno);
  if (!interface.empty() && ::setsockopt(socket.fd_, SOL_SOCKET, SO_BINDTODEVICE, interface.data(),
                                         static_cast<socklen_t>(interface.size())) != 0)
    return cannot(fmt::format("bind TFTP to the interface {}", interface), errno);
  enlarge(socket.fd_, SO_RCVBUFFORCE, SO_RCVBUF);
  enlarge(socket.fd_, SO_SNDBUFFORCE, SO_SNDBUF);
  // A smaller MTU on the way (a relay) is met with IP fragments rather than with silence; and what an ICMP
  // message claims of the path, which anybody can forge, is not listened to.
  set(socket.fd_, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_OMIT);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(address.value);
  if (::bind(socket.fd_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
    return cannot(fmt::format("open UDP port {} on {} for TFTP", port, address.text()), errno);
  return socket;
}

unsigned mtu_of(const std::string& interface, Ipv4 address) {
  constexpr unsigned ethernet = 1500;
  const auto name = interface.empty() ? interface_with(address) : interface;
  if (name.empty() || name.size() >= IFNAMSIZ) return ethernet;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return ethernet;
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  const bool known = ::ioctl(fd, SIOCGIFMTU, &request) == 0;
  ::close(fd);
  return known ? static_cast<unsigned>(request.ifr_mtu) : ethernet;
}

}  // namespace rootstock::tftp
