#pragma once
// What a board's device tree or SMBIOS says of it, as the kernel shows it to its initramfs. Values only.

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

struct Identity {
  std::string serial;  ///< /proc/device-tree/serial-number of a Pi: 16 hex digits; else ""
  std::string model;   ///< /proc/device-tree/model, or SMBIOS' product name
  std::string uuid;    ///< /sys/class/dmi/id/product_uuid of a PC; else ""
};
Identity identity_of(const BoardSpec& spec);

}  // namespace rootstock::fleet
