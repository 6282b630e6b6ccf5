#pragma once
// What a board of one dialect is told to boot, and why. Knows no bytes.

#include <cstdint>
#include <string>

#include "config/address.hpp"
#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

/// The head as boards reach it.
struct Head {
  Ipv4 address;
  std::uint16_t http_port = 80;
};

struct BootAdvice {
  std::string file;  ///< option 67 and `file`; empty: nothing to boot
  std::string why;   ///< the words of the log line and of `explain`
};

BootAdvice advise(Dialect dialect, const Head& head);

}  // namespace rootstock::dhcp
