#pragma once
// DHCP of PXE firmware that collects offers and chooses: EDK2, old BIOS ROMs, iPXE
// (NETBOOT-FACTS 1.5, 1.6, 1.6b).

#include <optional>
#include <string>
#include <vector>

#include "tests/fleet/firmware/dhcp_packet.hpp"
#include "tests/fleet/firmware/machine.hpp"

namespace rootstock::fleet {

/// What makes one firmware's packets and patience.
struct PxeProfile {
  std::string vendor_class;  ///< option 60 in full
  std::uint16_t arch = 0;
  std::uint8_t undi_major = 3, undi_minor = 0;
  std::uint16_t flags = 0;
  std::uint16_t max_size = 1472, request_max_size = 1472;
  std::vector<std::uint8_t> wanted;  ///< option 55
  bool is_ipxe = false;              ///< sends 77, 175 and 61
  bool http = false;                 ///< only offers of HTTPClient count
  std::vector<Tick> pauses;          ///< after each DISCOVER
  Tick collects_for{0};              ///< offers are chosen among at the end of a pause, and not before this
};

PxeProfile edk2_profile(std::uint16_t arch);
PxeProfile edk2_http_profile(std::uint16_t arch);
PxeProfile bios_rom_profile();
PxeProfile ipxe_profile(std::uint16_t arch);

/// The packet after the UDP header; `extra` are the options between 53 and the rest (54 and 50 of a REQUEST).
std::vector<std::uint8_t> pxe_packet(const PxeProfile& profile, const Mac& mac, std::uint32_t xid,
                                     DhcpType type, const DhcpReply* chosen, Ipv4 ciaddr);

/// The order of preference among offers (facts 1.6).
struct PxeChoice {
  const DhcpReply* address = nullptr;  ///< whose address is taken
  const DhcpReply* boot = nullptr;     ///< who says what to boot; the same, or a proxy
  bool asks_4011 = false;              ///< BINL: what to boot is asked for there
};
PxeChoice choose(const std::vector<DhcpReply>& offers, bool http);

struct PxeLease {
  Ipv4 server;  ///< TFTP
  std::string boot_file;
};

/// Sets the machine's address. None: no usable answer.
Task<std::optional<PxeLease>> pxe_dhcp(Machine& machine, PxeProfile profile);

}  // namespace rootstock::fleet
