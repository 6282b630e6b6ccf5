#pragma once
// Can this machine run programs of that architecture? Natively, or under emulation: through the kernel's
// binfmt_misc and qemu-user (edge: arch-test, update-binfmts, mount).

#include <string>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// Debian's word for what the kernel calls aarch64, x86_64; empty for others.
std::string emulator_of(const std::string& architecture);

/// Looks only. The failure says what to do.
Result<void, Failure> can_run(const std::string& architecture);

/// Sets up what is installed but not active: binfmt_misc unmounted, the emulator not registered, as on
/// machines without systemd.
Result<void, Failure> make_runnable(const std::string& architecture);

}  // namespace rootstock::rootfs
