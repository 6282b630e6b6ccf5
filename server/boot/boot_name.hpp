#pragma once
// What a path of the boot view means, to the one who asks for it. Words only: whether the file is there is
// the view's business.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/address.hpp"

namespace rootstock::server {

/// The part a boot file plays in a boot, in the order of a boot.
enum class BootPart : std::uint8_t {
  nothing,      ///< a folder of another board's
  extra,        ///< none: a file of the `extra_files` folder
  loader,       ///< iPXE itself
  firmware,     ///< what the generation brings to load the rest: a Raspberry Pi's firmware, GRUB
  settings,     ///< how the firmware goes on, made for the node that asks: config.txt, grub.cfg ...
  script,       ///< what to boot, made for the node that asks: boot.ipxe, pxelinux.cfg ...
  device_tree,  ///< or an overlay for one
  kernel,
  initramfs,
};

/// The texts that are made when they are asked for.
enum class BootText : std::uint8_t {
  none,
  boot_ipxe,
  autoexec_ipxe,
  extlinux,
  grub_cfg,
  grub_node_cfg,
  pi_config,
  pi_cmdline
};

struct BootName {
  BootPart part = BootPart::extra;
  std::string image;  ///< empty: of the generation that the asking node boots
  int number = 0;
  std::string file;  ///< the file's name below its folder: of iPXE, of the extra files or of the generation
  BootText text = BootText::none;
  bool operator==(const BootName&) const = default;
};

/// Who asks, as far as names depend on it.
struct Asker {
  Mac mac;
  std::string serial;         ///< of a Raspberry Pi, 8 hex digits; empty when it is not known
  bool raspberry_pi = false;  ///< asks for the names of its own kind
};

/// "boot.ipxe", "compute/3/kernel", "initramfs", "undionly.kpxe", "1234abcd/start4.elf"; anything else is
/// `extra`. `path` is relative, normalised and free of "..".
BootName boot_name(std::string_view path, const Asker& asker = {});

/// The words of logs and events: "iPXE undionly.kpxe", "kernel" ...
std::string words_for(const BootName& name);

}  // namespace rootstock::server
