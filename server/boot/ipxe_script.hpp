#pragma once
// The scripts that iPXE runs: boot this generation, or say why not and try again.

#include <cstdint>
#include <string>
#include <string_view>

#include "config/address.hpp"
#include "rootfs/generation.hpp"
#include "server/boot/waiting_screen.hpp"

namespace rootstock::server {

/// "http://10.77.0.1" or "http://10.77.0.1:8080": where the boot view is.
std::string boot_url(Ipv4 head, std::uint16_t http_port);

std::string boot_script(std::string_view node, const rootfs::Generation& generation, std::string_view cmdline,
                        std::string_view url);

/// Asks again and again, so that the board boots by itself once it may and can.
std::string waiting_script(const WaitingScreen& screen, std::string_view url);

/// iPXE runs this before it has an address (NETBOOT-FACTS 1.5), and asks for nothing else then.
std::string autoexec_script(std::string_view url);

}  // namespace rootstock::server
