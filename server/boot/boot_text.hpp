#pragma once
// The boot files that are words made for one node.

#include <string>

#include "config/settings.hpp"
#include "rootfs/generation.hpp"
#include "server/boot/boot_name.hpp"
#include "server/boot/inventory.hpp"
#include "server/boot/waiting_screen.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

std::string boot_text(BootText text, const Settings& settings, const NodeRecord& node,
                      const rootfs::Generation& generation, const Inventory& has);

/// Can a board that asks for this text show words and come again? U-Boot and Raspberry Pis cannot.
bool shows_words(BootText text);
/// For a board that may not or cannot boot; empty where its firmware can show nothing.
std::string waiting_text(BootText text, const Settings& settings, const WaitingScreen& screen);

}  // namespace rootstock::server
