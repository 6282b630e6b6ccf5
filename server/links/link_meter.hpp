#pragma once
// How fast a link is, and how much the head has sent over it (edge: rtnetlink through libnl-3, ethtool's
// ioctl).

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

struct nl_sock;

namespace rootstock::server {

class LinkMeter {
 public:
  explicit LinkMeter(std::string interface);

  /// Bytes sent since the interface is there; none: it is not there.
  std::optional<std::uint64_t> sent();
  /// In bits per second; 0: it does not say, or is none that has a speed (a TAP claims 10 Mbit/s).
  std::uint64_t speed() const;

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };
  std::string interface_;
  std::unique_ptr<nl_sock, Free> socket_;
};

}  // namespace rootstock::server
