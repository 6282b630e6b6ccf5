#include "tests/fleet/system/nic.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rootstock::fleet {
namespace {

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::copy_n(name.begin(), std::min<std::size_t>(name.size(), IFNAMSIZ - 1), request.ifr_name);
  return request;
}

tl::unexpected<Failure> refused(const std::string& what, const std::string& name) {
  return fail(fmt::format("{} {}: {}", what, name, std::strerror(errno)), errno == EPERM ? "this needs root"
                                                                          : errno == EBUSY
                                                                              ? "another program holds it"
                                                                              : "");
}

Mac mac_of(const std::string& name) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto request = request_for(name);
  Mac mac;
  if (::ioctl(fd, SIOCGIFHWADDR, &request) == 0)
    std::copy_n(reinterpret_cast<const std::uint8_t*>(request.ifr_hwaddr.sa_data), mac.bytes.size(),
                mac.bytes.begin());
  ::close(fd);
  return mac;
}

/// A burst of a thousand boards must not be lost in a queue of ours: only the wire's weather loses frames.
void deepen_queue(const std::string& name) {
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto request = request_for(name);
  request.ifr_qlen = 20000;
  ::ioctl(fd, SIOCSIFTXQLEN, &request);
  ::close(fd);
}

}  // namespace

Result<Nic, Failure> Nic::tap(const std::string& name) {
  const int fd = ::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return refused("cannot open", "/dev/net/tun");
  Nic nic(fd);
  auto request = request_for(name);
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  deepen_queue(name);  // of one that is there: the ring is made when it is attached
  if (::ioctl(fd, TUNSETIFF, &request) != 0) return refused("cannot make the TAP", name);
  deepen_queue(name);
  nic.mac_ = mac_of(name);
  return nic;
}

Result<Nic, Failure> Nic::card(const std::string& name) {
  const auto index = ::if_nametoindex(name.c_str());
  if (index == 0) return fail("there is no interface " + name, "see `ip link`");
  const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL));
  if (fd < 0) return refused("cannot open a packet socket on", name);
  Nic nic(fd);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(index);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return refused("cannot use", name);
  packet_mreq all{};
  all.mr_ifindex = static_cast<int>(index);
  all.mr_type = PACKET_MR_PROMISC;
  if (::setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all) != 0)
    return refused("cannot hear the boards' addresses on", name);
  // Frames that we and this machine's own programs send are none that a board hears.
  const int yes = 1, room = 16 * 1024 * 1024;
  ::setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
  nic.mac_ = mac_of(name);
  return nic;
}

Nic::Nic(Nic&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), mac_(other.mac_), buffer_(std::move(other.buffer_)) {}

Nic::~Nic() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<Bytes> Nic::read() {
  const auto size = ::read(fd_, buffer_.data(), buffer_.size());
  if (size <= 0) return std::nullopt;
  return Bytes(buffer_.data(), static_cast<std::size_t>(size));
}

bool Nic::write(Bytes frame) {
  return ::write(fd_, frame.data(), frame.size()) == static_cast<ssize_t>(frame.size());
}

}  // namespace rootstock::fleet
