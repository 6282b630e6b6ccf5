#pragma once
// Does anybody answer at an address? Knocks with a datagram to a port where nobody listens (edge: one socket
// without rights, and the kernel's neighbour table).

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/address.hpp"

namespace rootstock::server {

class Knocker {
 public:
  explicit Knocker(std::string interface);
  ~Knocker();
  Knocker(const Knocker&) = delete;
  Knocker& operator=(const Knocker&) = delete;

  /// Sends one datagram; the answer comes later.
  void knock(Ipv4 address);
  /// Who has answered since the last call.
  std::vector<Ipv4> answers();
  /// The kernel has found somebody behind the address, and not yet that nobody is there any more. Where a
  /// host answers knocks, those say it sooner: the kernel trusts an answer for half a minute.
  bool is_neighbour(Ipv4 address) const;

 private:
  std::string interface_;
  int socket_ = -1;
};

}  // namespace rootstock::server
