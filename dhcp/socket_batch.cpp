#include "dhcp/socket_batch.hpp"

#include <arpa/inet.h>

#include <cerrno>
#include <cstring>

namespace rootstock::dhcp {

ReceiveBatch::ReceiveBatch() : buffers_(most), from_{}, parts_{}, headers_{} {
  for (std::size_t i = 0; i < most; ++i) {
    parts_[i] = {buffers_[i].data(), buffer_size};
    headers_[i].msg_hdr.msg_iov = &parts_[i];
    headers_[i].msg_hdr.msg_iovlen = 1;
    headers_[i].msg_hdr.msg_name = &from_[i];
  }
}

std::size_t ReceiveBatch::receive(int socket) {
  for (auto& header : headers_) header.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
  const auto count = ::recvmmsg(socket, headers_.data(), most, MSG_DONTWAIT, nullptr);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

ReceiveBatch::Datagram ReceiveBatch::at(std::size_t index) const {
  const auto& header = headers_[index];
  return {Bytes{buffers_[index]}.first(header.msg_len), from_[index],
          (header.msg_hdr.msg_flags & MSG_TRUNC) != 0};
}

Ipv4 sender_of(const ReceiveBatch::Datagram& datagram) {
  sockaddr_in from{};
  std::memcpy(&from, &datagram.from, sizeof from);
  return Ipv4{ntohl(from.sin_addr.s_addr)};
}

std::vector<std::uint8_t>& SendBatch::add(const sockaddr* to, socklen_t size) {
  if (used_ == slots_.size()) slots_.emplace_back();
  auto& slot = slots_[used_++];
  slot.bytes.clear();
  std::memcpy(&slot.to, to, size);
  slot.to_size = size;
  return slot.bytes;
}

SendBatch::Refused SendBatch::flush(int socket) {
  parts_.resize(used_);
  headers_.assign(used_, {});
  for (std::size_t i = 0; i < used_; ++i) {
    auto& slot = slots_[i];
    parts_[i] = {slot.bytes.data(), slot.bytes.size()};
    auto& header = headers_[i].msg_hdr;
    header.msg_iov = &parts_[i];
    header.msg_iovlen = 1;
    header.msg_name = &slot.to;
    header.msg_namelen = slot.to_size;
    header.msg_control = control_.empty() ? nullptr : control_.data();
    header.msg_controllen = control_.size();
  }
  Refused refused;
  for (std::size_t sent = 0; sent < used_;) {
    const auto count = ::sendmmsg(socket, &headers_[sent], static_cast<unsigned>(used_ - sent), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count > 0) {
      sent += static_cast<std::size_t>(count);
    } else {
      refused = {refused.count + 1, errno};
      ++sent;
    }
  }
  used_ = 0;
  return refused;
}

}  // namespace rootstock::dhcp
