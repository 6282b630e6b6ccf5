#pragma once
// A network namespace for this process alone, in which every address of the cluster but the head's is ours:
// the kernel's TCP speaks for all boards there, and its frames come out of the TAP `boards` (edge: Linux,
// `ip`).

#include "tests/fleet/system/nic.hpp"

namespace rootstock::fleet {

class Playground {
 public:
  /// The process lives in a network of its own from here on; what it had opened before stays where it is.
  static Result<Playground, Failure> enter();

  Nic& nic() { return nic_; }
  /// From now on sockets may be bound to any address of the subnet, and `head` is on the other side of the
  /// TAP. Once.
  Result<void, Failure> open(const Subnet& subnet, Ipv4 head);

 private:
  explicit Playground(Nic nic) : nic_(std::move(nic)) {}

  Nic nic_;
  std::optional<Ipv4> head_;
};

}  // namespace rootstock::fleet
