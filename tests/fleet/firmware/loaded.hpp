#pragma once
// How far firmware came: with a kernel in memory, or with words why not and what it does then.

#include <string>

#include "config/result.hpp"
#include "tests/fleet/firmware/task.hpp"

namespace rootstock::fleet {

struct Loaded {
  std::string kernel, initramfs;  ///< their names among Machine::files
  std::string kernel_line;
};

struct Stuck {
  std::string why;
  bool for_good = false;  ///< this firmware does not try again by itself: only a power cycle helps
};

using Outcome = Result<Loaded, Stuck>;

inline tl::unexpected<Stuck> stuck(std::string why) { return tl::unexpected{Stuck{std::move(why), false}}; }
inline tl::unexpected<Stuck> dead(std::string why) { return tl::unexpected{Stuck{std::move(why), true}}; }

class Machine;

// One attempt from the first DISCOVER to a kernel in memory.
Task<Outcome> boot_pi3(Machine& machine);
Task<Outcome> boot_pi_eeprom(Machine& machine);  ///< Pi 4 and 5
Task<Outcome> boot_uboot(Machine& machine);
Task<Outcome> boot_uefi(Machine& machine);
Task<Outcome> boot_uefi_http(Machine& machine);
Task<Outcome> boot_pxe_rom(Machine& machine);
Task<Outcome> boot_ipxe(Machine& machine);
Task<Outcome> boot_unknown(Machine& machine);

/// busybox udhcpc as the initramfs starts it, again and again with growing pauses; sets the machine's
/// address.
Task<void> initramfs_dhcp(Machine& machine);

}  // namespace rootstock::fleet
