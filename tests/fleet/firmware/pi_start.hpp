#pragma once
// What start.elf, start4.elf or the Pi 5's EEPROM does with config.txt: device tree, overlays, command line,
// kernel, initramfs, in the order of NETBOOT-FACTS 2.2-2.4.

#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/pi_files.hpp"

namespace rootstock::fleet {

class PiStart {
 public:
  PiStart(Machine& machine, PiFiles& files) : machine_(machine), files_(files) {}

  Task<Outcome> run_start_elf();  ///< Pi 3 and 4
  Task<Outcome> run_pi5();

 private:
  Task<void> read_config(int times);
  Task<void> check_os_prefix();
  Task<std::optional<std::string>> find_kernel();
  Task<bool> load_device_tree(int times);
  Task<void> load_overlays();
  Task<void> load_cmdline(int times);
  Task<bool> load_initramfs();
  std::string os_path(std::string_view name) const { return config_.os_prefix + std::string{name}; }
  Outcome finished();

  Machine& machine_;
  PiFiles& files_;
  PiConfig config_;
  std::string kernel_, kernel_line_, initramfs_;
  bool has_tree_ = false;
};

}  // namespace rootstock::fleet
