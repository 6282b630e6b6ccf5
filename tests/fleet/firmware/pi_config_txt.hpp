#pragma once
// config.txt as the Pi's firmware reads it: conditional sections, the handful of settings that choose what is
// fetched.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

struct PiConfig {
  std::optional<std::string> kernel;
  std::vector<std::string> initramfs;  ///< `initramfs NAME[,NAME] followkernel`; no equals sign
  bool auto_initramfs = false;
  bool upstream_kernel = false;
  std::optional<bool> arm_64bit;
  std::optional<std::string> device_tree;
  std::string cmdline = "cmdline.txt";
  std::string os_prefix, overlay_prefix = "overlays/";
  std::vector<std::string> overlays;  ///< names of dtoverlay= lines, without parameters
  std::vector<std::string> complaints;
};

/// Sections that do not apply to this board are skipped. No "include".
PiConfig read_config_txt(std::string_view text, Persona persona, std::uint32_t serial);

/// What the firmware looks for, in order, when config.txt does not say.
std::vector<std::string> kernel_names(const PiConfig& config, Persona persona);
std::string initramfs_name_for(std::string_view kernel);
std::string device_tree_name(const PiConfig& config, Persona persona);

}  // namespace rootstock::fleet
