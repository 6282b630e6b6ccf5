#pragma once
// GRUB's scripts. grub.cfg is a loop that never ends, so that a board that cannot boot yet does by itself
// once it can; what to boot stands in node.cfg, which the loop reads anew each time.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/address.hpp"
#include "rootfs/generation.hpp"
#include "server/boot/waiting_screen.hpp"

namespace rootstock::server {

std::string grub_config();

/// The kernel by HTTP, and by TFTP where that fails or the head's port is not the one GRUB knows.
std::string grub_boot(std::string_view node, const rootfs::Generation& generation, std::string_view cmdline,
                      Ipv4 head, std::uint16_t http_port);

std::string grub_waiting(const WaitingScreen& screen);

}  // namespace rootstock::server
