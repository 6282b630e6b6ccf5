#pragma once
// A UDP socket of this server: owned, bound, with room for a thousand clients that speak at once.

#include <cstdint>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"

namespace rootstock::tftp {

class UdpSocket {
 public:
  /// Port 0 lets the kernel choose. `interface` may be empty.
  static Result<UdpSocket, Failure> open(const std::string& interface, Ipv4 address, std::uint16_t port);

  UdpSocket(UdpSocket&& other) noexcept;
  UdpSocket& operator=(UdpSocket&& other) noexcept;
  ~UdpSocket();

  int fd() const { return fd_; }

 private:
  explicit UdpSocket(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// The MTU of the interface that has this address; 1500 when nobody knows.
unsigned mtu_of(const std::string& interface, Ipv4 address);

}  // namespace rootstock::tftp
