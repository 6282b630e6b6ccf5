#pragma once
// Many datagrams per system call, in buffers that are there from the start: nothing is allocated per packet.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <vector>

#include "tftp/conversations.hpp"

namespace rootstock::tftp {

struct Received {
  Client from;
  Bytes datagram;
};

class Inbox {
 public:
  static constexpr std::size_t capacity = 64;

  Inbox();
  /// Whatever waits on the socket, up to `capacity`; good until the next call. Fewer mean that it is drained.
  std::span<const Received> receive(int fd);

 private:
  // RFC 2347: a request is at most 512 bytes. A longer one arrives cut, and is answered as malformed.
  static constexpr std::size_t slot = 2048;
  std::vector<std::byte> bytes_;
  std::array<sockaddr_in, capacity> from_{};
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> headers_{};
  std::array<Received, capacity> received_{};
};

/// Packets on their way out, collected over many clients. A burst of several goes as one datagram that the
/// kernel, or the network card, cuts up (UDP_SEGMENT); where that is refused, one by one.
class Outbox : public Outlet {
 public:
  explicit Outbox(std::vector<int> descriptors);

  std::span<std::byte> room(std::size_t size) override;
  void post(int port, Client to, Burst burst) override;
  void flush();

  /// Those whose packets the socket did not take since the last call.
  std::vector<Client> take_unsent();

 private:
  static constexpr std::size_t capacity = 128;
  static constexpr std::size_t arena = 256 * 1024;
  static constexpr std::size_t control_size = CMSG_SPACE(sizeof(std::uint16_t));
  struct alignas(cmsghdr) Control {
    std::array<char, control_size> bytes{};
  };

  void add(int port, Client to, std::span<std::byte> bytes, std::size_t segment);
  std::size_t send_run(std::size_t first, std::size_t end);
  void on_failure(std::size_t index, int error);

  std::vector<int> descriptors_;
  std::vector<std::byte> bytes_;
  std::size_t used_ = 0;
  std::size_t count_ = 0;
  bool segments_ = true;
  std::array<int, capacity> ports_{};
  std::array<Client, capacity> clients_{};
  std::array<sockaddr_in, capacity> to_{};
  std::array<iovec, capacity> vectors_{};
  std::array<mmsghdr, capacity> headers_{};
  std::array<Control, capacity> controls_{};
  std::vector<Client> unsent_;
};

}  // namespace rootstock::tftp
