#pragma once
// pxelinux.cfg as U-Boot reads it (NETBOOT-FACTS 4, cmd/pxe_utils.c).

#include <string>
#include <string_view>
#include <vector>

namespace rootstock::fleet {

struct ExtlinuxLabel {
  std::string name, kernel, initrd, append, fdt, fdtdir;
  int ipappend = 0;
};

struct Extlinux {
  std::string default_label;
  std::vector<ExtlinuxLabel> labels;
  /// In the order they are tried: the default first, then the others as they stand.
  std::vector<ExtlinuxLabel> order() const;
};

/// Unknown keywords are skipped, as U-Boot skips them.
Extlinux read_extlinux(std::string_view text);

}  // namespace rootstock::fleet
