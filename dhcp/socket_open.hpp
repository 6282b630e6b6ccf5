#pragma once
// The two sockets of the DHCP server. Opening them needs root; using them does not.

#include <cstdint>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"

namespace rootstock::dhcp {

/// A file descriptor with one owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  int get() const { return fd_; }
  int release();

 private:
  int fd_ = -1;
};

struct Link {
  int index = 0;
  Mac mac;
};

Result<Link, Failure> find_link(const std::string& interface);

/// UDP on `port` of one interface: what is sent to its addresses and to everybody.
Result<Descriptor, Failure> open_udp(const std::string& interface, std::uint16_t port);

/// IP and ARP packets under the kernel's own stack; it hears ARP only, and only when `hears_arp`.
Result<Descriptor, Failure> open_packet(const Link& link, bool hears_arp);

}  // namespace rootstock::dhcp
