#pragma once
// Which kernel modules an initramfs needs: the ones that were asked for, and all they depend on, worked out
// from the text files that depmod left beside the modules.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::rootfs {

/// "kernel/drivers/net/ethernet/realtek/r8169.ko.xz" → "r8169". The kernel takes '-' and '_' for one letter;
/// so do we.
std::string module_name(std::string_view path);

struct KernelModule {
  std::string path;                ///< below /lib/modules/<version>
  std::vector<std::string> needs;  ///< names, in the order of modules.dep, then "pre" soft dependencies
};

struct ModuleIndex {
  std::map<std::string, KernelModule> modules;  ///< by name
  std::set<std::string> builtin;                ///< names of what is in the kernel itself
};

/// From the contents of modules.dep, modules.builtin and modules.softdep.
ModuleIndex parse_module_index(std::string_view dep, std::string_view builtin, std::string_view softdep);

struct ModuleClosure {
  std::vector<std::string> names;    ///< what a module needs comes before it
  std::vector<std::string> missing;  ///< asked for or needed, but neither a module nor built in
};

ModuleClosure close_over(const ModuleIndex& index, const std::vector<std::string>& wanted);

/// Without these no node mounts its root.
const std::vector<std::string>& required_modules();

/// The network drivers of `index` worth their bytes in an initramfs, and the buses they sit on.
std::vector<std::string> network_drivers(const ModuleIndex& index);

/// Drivers of watchdogs, for the machines that have one, and the kernel's own in software for those that have
/// none.
std::vector<std::string> watchdog_drivers(const ModuleIndex& index);

/// What the chip of an arm64 board needs before a network card on it comes up: clocks, regulators, PHYs,
/// power domains ... `alias`: modules.alias.
std::vector<std::string> soc_drivers(const ModuleIndex& index, std::string_view alias);

/// modules.dep for the closure alone. Soft dependencies become real ones, because busybox's modprobe knows no
/// others.
std::string closed_modules_dep(const ModuleIndex& index, const ModuleClosure& closure);

/// The lines of modules.alias that name a module of the closure.
std::string closed_modules_alias(std::string_view alias, const ModuleClosure& closure);

}  // namespace rootstock::rootfs
