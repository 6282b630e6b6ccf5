#include "server/boot/extlinux.hpp"

#include <fmt/format.h>

namespace rootstock::server {

std::string extlinux_name(Mac mac) { return "pxelinux.cfg/01-" + mac.text('-'); }

/// NETBOOT-FACTS section 4. Without a `prompt` the default boots at once. Paths are relative to the folder of
/// the boot file, of which we name none, so to the root of the server. U-Boot adds $fdtfile to `fdtdir`, and
/// goes on with its own tree when that one is not there.
std::string extlinux_config(std::string_view node, const rootfs::Generation& generation,
                            std::string_view cmdline, bool device_trees) {
  return fmt::format(
      "# {0} boots {1}\n"
      "default rootstock\n"
      "label rootstock\n"
      "  menu label {1}\n"
      "  kernel {1}/kernel\n"
      "  initrd {1}/initramfs\n"
      "{2}"
      "  append {3}\n",
      node, generation.label(), device_trees ? "  fdtdir dtbs\n" : "", cmdline);
}

}  // namespace rootstock::server
