#pragma once
// The programs that UEFI and PXE firmware loads and runs.

#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/machine.hpp"

namespace rootstock::fleet {

/// iPXE for this architecture (option 93): DHCP anew, then its script. `tftp` is where it came from, if it
/// did.
Task<Outcome> run_ipxe(Machine& machine, std::uint16_t arch, Ipv4 tftp);
/// GRUB (prefix /grub), started with the firmware's address; `device` is "tftp,10.0.0.1" or "http,10.0.0.1":
/// where it came from. `has_http`: made with that module, as grubnetaa64.efi is not.
Task<Outcome> run_grub(Machine& machine, std::string device, bool has_http);

/// U-Boot's EFI boot method: DHCP in the disguise of an arm64 PXE client, then an EFI program (facts 1.4).
Task<Outcome> boot_efi_from_uboot(Machine& machine);

}  // namespace rootstock::fleet
