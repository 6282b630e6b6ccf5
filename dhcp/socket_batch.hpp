#pragma once
// Many datagrams in one system call, in buffers that live as long as the server.

#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/address.hpp"
#include "dhcp/wire.hpp"

namespace rootstock::dhcp {

/// recvmmsg(2).
class ReceiveBatch {
 public:
  struct Datagram {
    Bytes bytes;
    sockaddr_storage from;
    bool cut;  ///< was longer than a buffer
  };

  ReceiveBatch();
  /// How many datagrams were there, without waiting; 0 when none or on a fault (of the link, say), which is
  /// no end.
  std::size_t receive(int socket);
  Datagram at(std::size_t index) const;

  static constexpr std::size_t most = 64;

 private:
  static constexpr std::size_t buffer_size = 2048;  // DHCP messages fit an Ethernet frame
  std::vector<std::array<std::uint8_t, buffer_size>> buffers_;
  std::array<sockaddr_storage, most> from_;
  std::array<iovec, most> parts_;
  std::array<mmsghdr, most> headers_;
};

/// The source of a UDP datagram.
Ipv4 sender_of(const ReceiveBatch::Datagram& datagram);

/// sendmmsg(2).
class SendBatch {
 public:
  /// The empty buffer of one more datagram to `to`.
  template <class Address>
  std::vector<std::uint8_t>& add(const Address& to) {
    static_assert(sizeof to <= sizeof(sockaddr_storage));
    return add(reinterpret_cast<const sockaddr*>(&to), sizeof to);
  }
  /// The same ancillary data goes with every datagram.
  void set_control(std::vector<std::uint8_t> control) { control_ = std::move(control); }
  /// Sends all there is; what the kernel refuses is dropped, as the wire may drop it. How many were refused,
  /// and why.
  struct Refused {
    std::size_t count = 0;
    int error = 0;
  };
  Refused flush(int socket);

 private:
  struct Slot {
    std::vector<std::uint8_t> bytes;
    sockaddr_storage to;
    socklen_t to_size;
  };
  std::vector<std::uint8_t>& add(const sockaddr* to, socklen_t size);

  std::vector<Slot> slots_;  ///< those behind `used_` keep their buffers for the next batch
  std::size_t used_ = 0;
  std::vector<iovec> parts_;
  std::vector<mmsghdr> headers_;
  std::vector<std::uint8_t> control_;
};

}  // namespace rootstock::dhcp
