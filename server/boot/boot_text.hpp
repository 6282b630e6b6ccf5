#pragma once
// The boot files that are words made for one node.

#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "rootfs/generation.hpp"
#include "server/boot/boot_name.hpp"
#include "server/boot/inventory.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

std::string boot_text(BootText text, const Settings& settings, const NodeRecord& node,
                      const rootfs::Generation& generation, const Inventory& has);

/// When there is nothing to boot for it: on the board's screen, where its firmware can show something; empty
/// where it cannot. `node`: its name or, without a seat, its address.
std::string waiting_text(BootText text, const Settings& settings, const std::string& node,
                         const Failure& why);

}  // namespace rootstock::server
