#pragma once
// What a board would be told if it started now, and why: asked of the same functions that answer real boards.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/settings.hpp"
#include "server/boot/view.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// A board as a person describes it.
struct BoardQuestion {
  Mac mac;
  std::optional<std::uint16_t> arch;        ///< option 93; unset: as the board last asked, or x86 BIOS
  bool ipxe = false;                        ///< iPXE is running on it already
  std::optional<dhcp::Dialect> firmware{};  ///< before the others, when it is set
};

struct Explanation {
  std::string dialect, architecture;
  std::string node, address;  ///< empty when the board has no seat yet
  std::string serial;
  std::string boot_file, generation;
  std::vector<std::string> files;   ///< that it asks for, in their order
  std::vector<std::string> quirks;  ///< what its firmware needs other than the RFCs say
  std::vector<std::string> why;
};

Explanation explain(const Settings& settings, Registry& registry, const View& view,
                    const BoardQuestion& question);

}  // namespace rootstock::server
