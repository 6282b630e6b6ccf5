#pragma once
// Where a firmware strays from the RFCs, or needs more than they ask for: named, with its source. `rootstock
// explain` prints them.

#include <span>
#include <string_view>

#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

struct Quirk {
  std::string_view name;
  std::string_view what;
  std::string_view source;  ///< a section of NETBOOT-FACTS, and the issue it rests on
};

/// In the order in which a boot meets them; empty for those who keep to the RFCs.
std::span<const Quirk> quirks_of(Dialect dialect);

}  // namespace rootstock::dhcp
