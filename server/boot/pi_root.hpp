#pragma once
// The folder that a Raspberry Pi sees: which names it holds, which board may see it, and what a generation
// must have before there is one at all (NETBOOT-FACTS sections 2.1 to 2.4 and 3).

#include <optional>
#include <string>
#include <string_view>

#include "config/address.hpp"
#include "config/result.hpp"
#include "dhcp/dialect.hpp"
#include "server/boot/boot_name.hpp"
#include "server/boot/inventory.hpp"

namespace rootstock::server {

/// Where a path leads below the roots of boards: a Pi asks below its serial or its MAC, and for bootcode.bin,
/// and for everything once it has missed its folder, without.
struct PiPath {
  std::string_view name;  ///< what is left of the path
  bool below_a_root = false;
  bool of_another = false;  ///< the folder of a board that is not the one who asks
};

PiPath pi_path(std::string_view path, const Asker& asker);

/// What a Pi means by a name in its root; none: nothing that Pis ask for, or a file that none of them needs.
std::optional<BootName> pi_name(std::string_view name);

/// Why this board cannot boot what lies there; none: it can. A root that is only half there makes a Pi hang
/// instead of trying its next way to boot, so it is shown whole or not at all.
std::optional<Failure> pi_cannot_boot(dhcp::Dialect board, const Inventory& has, const std::string& label);

/// Are the device trees those of the upstream kernel? Some have other names there.
bool upstream_trees(const Inventory& has);

}  // namespace rootstock::server
