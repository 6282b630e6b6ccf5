#pragma once
// What seats need of whoever gives out the addresses.

#include <functional>

#include "config/address.hpp"

namespace rootstock::server {

struct Addresses {
  /// Is it an address of this network that nobody has? Empty where another server gives the addresses.
  std::function<bool(Ipv4)> is_free{};
  /// It is a seat's from now on, and nobody's until its board asks; whoever has it must ask for another.
  std::function<void(Ipv4)> reserve{};
  /// It is a seat's no more.
  std::function<void(Ipv4)> release{};

  bool ours() const { return static_cast<bool>(is_free); }
};

}  // namespace rootstock::server
