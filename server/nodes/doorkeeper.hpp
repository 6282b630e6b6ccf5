#pragma once
// May this boot go on? Asked at every gate of a boot; whoever must wait is told for how long and why, in
// words for its console.

#include <chrono>
#include <cstdint>
#include <string>

#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// The places where a boot can be held, in the order of a boot. Which of them a board can stand depends on
/// its firmware (NETBOOT-FACTS 1 and 2): dhcp/dialect.hpp says it.
enum class Gate : std::uint8_t {
  dhcp,       ///< before the firmware's OFFER: only for firmware that asks for ever
  script,     ///< iPXE's script, GRUB's node.cfg: they come again by themselves
  initramfs,  ///< GET /node/gate: before the overlay and the root
};

struct Pass {
  bool go = true;
  std::chrono::seconds again{5};  ///< when not: ask again after that
  std::string words;              ///< when not: why, one line for a console
};

}  // namespace rootstock::server
