#include "tftp/socket_batch.hpp"

#include <arpa/inet.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace rootstock::tftp {

Inbox::Inbox() : bytes_(capacity * slot) {
  for (std::size_t i = 0; i < capacity; ++i) {
    vectors_[i] = {bytes_.data() + i * slot, slot};
    headers_[i].msg_hdr.msg_iov = &vectors_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &from_[i];
    headers_[i].msg_hdr.msg_namelen = sizeof from_[i];
  }
}

std::span<const Received> Inbox::receive(int fd) {
  const int got = ::recvmmsg(fd, headers_.data(), capacity, MSG_DONTWAIT, nullptr);
  if (got <= 0) return {};
  const auto count = static_cast<std::size_t>(got);
  for (std::size_t i = 0; i < count; ++i) {
    headers_[i].msg_hdr.msg_namelen = sizeof from_[i];
    received_[i] = {Client{Ipv4{ntohl(from_[i].sin_addr.s_addr)}, ntohs(from_[i].sin_port)},
                    Bytes{bytes_.data() + i * slot, headers_[i].msg_len}};
  }
  return std::span{received_}.first(count);
}

Outbox::Outbox(std::vector<int> descriptors) : descriptors_(std::move(descriptors)), bytes_(arena) {
  for (std::size_t i = 0; i < capacity; ++i) {
    to_[i].sin_family = AF_INET;
    auto& header = headers_[i].msg_hdr;
    header.msg_iov = &vectors_[i];
    header.msg_iovlen = 1;
    header.msg_name = &to_[i];
    header.msg_namelen = sizeof to_[i];
    auto* control = reinterpret_cast<cmsghdr*>(controls_[i].bytes.data());
    control->cmsg_level = SOL_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
  }
  unsent_.reserve(capacity);
}

std::span<std::byte> Outbox::room(std::size_t size) {
  if (used_ + size > bytes_.size()) flush();
  return std::span{bytes_}.subspan(used_, size);
}

void Outbox::post(int port, Client to, Burst burst) {
  const auto bytes = std::span{bytes_}.subspan(used_, burst.size);
  used_ += burst.size;
  if (segments_) return add(port, to, bytes, burst.segment);
  for (std::size_t at = 0; at < bytes.size(); at += burst.segment)
    add(port, to, bytes.subspan(at, std::min(burst.segment, bytes.size() - at)), burst.segment);
}

void Outbox::add(int port, Client to, std::span<std::byte> bytes, std::size_t segment) {
  const auto i = count_++;
  ports_[i] = port;
  clients_[i] = to;
  to_[i].sin_addr.s_addr = htonl(to.address.value);
  to_[i].sin_port = htons(to.port);
  vectors_[i] = {bytes.data(), bytes.size()};
  auto& header = headers_[i].msg_hdr;
  header.msg_control = nullptr;
  header.msg_controllen = 0;
  if (bytes.size() > segment) {
    const auto size = static_cast<std::uint16_t>(segment);
    header.msg_control = controls_[i].bytes.data();
    header.msg_controllen = control_size;
    std::memcpy(CMSG_DATA(reinterpret_cast<cmsghdr*>(controls_[i].bytes.data())), &size, sizeof size);
  }
  // A burst that is sent one by one may need more places than are left; its bytes stay where they are
  // meanwhile.
  if (count_ == capacity) {
    const auto used = used_;
    flush();
    used_ = used;
  }
}

void Outbox::flush() {
  for (std::size_t first = 0; first < count_;) {
    auto end = first + 1;
    while (end < count_ && ports_[end] == ports_[first]) ++end;
    first = send_run(first, end);
  }
  count_ = 0;
  used_ = 0;
}

/// Sends messages of one socket; returns the first that still has to be looked at.
std::size_t Outbox::send_run(std::size_t first, std::size_t end) {
  const int fd = descriptors_[static_cast<std::size_t>(ports_[first])];
  const int sent = ::sendmmsg(fd, headers_.data() + first, static_cast<unsigned>(end - first), MSG_DONTWAIT);
  if (sent > 0) return first + static_cast<std::size_t>(sent);
  if (errno == EINTR) return first;
  on_failure(first, errno);
  return first + 1;
}

/// The client's own timer and ours make up for any packet, so an error is only worth a second try, soon.
void Outbox::on_failure(std::size_t index, int error) {
  const bool segmented = headers_[index].msg_hdr.msg_controllen > 0;
  if (segmented && (error == EINVAL || error == EIO || error == EOPNOTSUPP || error == EMSGSIZE))
    segments_ = false;
  unsent_.push_back(clients_[index]);
}

std::vector<Client> Outbox::take_unsent() { return std::exchange(unsent_, {}); }

}  // namespace rootstock::tftp
