#pragma once
// The places where a boot can be made to wait, and what it is told there.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace rootstock::server {

/// In the order of a boot. Which of them a board can stand depends on its firmware (NETBOOT-FACTS 1 and 2):
/// dhcp::MayWait in dhcp/dialect.hpp says it.
enum class Gate : std::uint8_t {
  dhcp,       ///< before the firmware's OFFER: only for firmware that asks for ever
  script,     ///< iPXE's script, GRUB's node.cfg: they come again by themselves
  initramfs,  ///< GET /node/gate: before the overlay and the root
};

/// "dhcp", "script", "initramfs".
constexpr std::string_view name_of(Gate gate) {
  switch (gate) {
    case Gate::dhcp: return "dhcp";
    case Gate::script: return "script";
    case Gate::initramfs: break;
  }
  return "initramfs";
}

struct Pass {
  bool go = true;
  std::chrono::seconds again{5};  ///< when not: ask again after that
  std::string words;              ///< when not: why, one line for a console
};

}  // namespace rootstock::server
