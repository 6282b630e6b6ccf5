#include "server/power/knocker.hpp"

#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

#include "server/links/neighbour.hpp"

namespace rootstock::server {
namespace {

constexpr std::uint16_t discard = 9;  // RFC 863; no node runs it, so its kernel says "port unreachable"

sockaddr_in at(Ipv4 address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(discard);
  to.sin_addr.s_addr = htonl(address.value);
  return to;
}

/// "Port unreachable" comes from the host itself; "host unreachable" from our own kernel, when ARP found
/// nobody.
bool is_answer(const sock_extended_err& error) {
  return error.ee_origin == SO_EE_ORIGIN_ICMP && error.ee_type == ICMP_DEST_UNREACH &&
         error.ee_code == ICMP_PORT_UNREACH;
}

std::optional<sock_extended_err> error_in(msghdr& message) {
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != IPPROTO_IP || part->cmsg_type != IP_RECVERR) continue;
    sock_extended_err error{};
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    return error;
  }
  return std::nullopt;
}

}  // namespace

Knocker::Knocker(std::string interface)
    : interface_(std::move(interface)),
      socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

Knocker::~Knocker() {
  if (socket_ >= 0) ::close(socket_);
}

/// An error that an earlier knock brought is told at the next send, once: hence twice.
void Knocker::knock(Ipv4 address) {
  const auto to = at(address);
  for (int tries = 0; tries < 2; ++tries)
    if (::sendto(socket_, "", 0, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to) >= 0) return;
}

std::vector<Ipv4> Knocker::answers() {
  std::vector<Ipv4> found;
  for (;;) {
    sockaddr_in knocked{};
    std::array<char, 512> control{};
    msghdr message{};
    message.msg_name = &knocked;
    message.msg_namelen = sizeof knocked;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(socket_, &message, MSG_ERRQUEUE) < 0) return found;
    if (const auto error = error_in(message); error && is_answer(*error))
      found.push_back(Ipv4{ntohl(knocked.sin_addr.s_addr)});
  }
}

bool Knocker::is_neighbour(Ipv4 address) const {
  return neighbour_at(interface_, address, false).has_value();
}

}  // namespace rootstock::server
