#pragma once
// The DHCP of Raspberry Pi firmware (NETBOOT-FACTS 1.1 and 1.2).

#include <optional>
#include <string>
#include <string_view>

#include "tests/fleet/firmware/dhcp_packet.hpp"
#include "tests/fleet/firmware/machine.hpp"

namespace rootstock::fleet {

/// What the offers of one attempt, all together, have told so far.
struct PiOffers {
  Ipv4 address, mask, router, server_id, tftp;
  bool complete() const { return !address.unset() && !tftp.unset(); }
};

/// Pi 4 and 5: takes from `reply` what this firmware takes.
void hear_eeprom(const DhcpReply& reply, std::string_view option43_text, PiOffers& offers);
/// Pi 3's ROM and bootcode.bin: the sender of the offer with option 43 is the TFTP server, whatever 66 and
/// siaddr say.
void hear_rom(const DhcpReply& reply, std::string_view option43_text, PiOffers& offers);

/// Option 66 as the EEPROM reads it: a dotted quad in ASCII, trailing NULs and spaces tolerated.
std::optional<Ipv4> tftp_server_text(std::string_view text);
/// Does the boot menu of option 43 (suboption 9) name `text`?
bool menu_names(Bytes option43, std::string_view text);

/// The DISCOVER and REQUEST bytes, after the UDP header.
std::vector<std::uint8_t> eeprom_discover(const BoardSpec& board, std::uint32_t xid);
std::vector<std::uint8_t> eeprom_request(const BoardSpec& board, std::uint32_t xid, const PiOffers& offers);
std::vector<std::uint8_t> rom_discover(const BoardSpec& board, bool bootcode);

/// One attempt of 45 s. Sets the machine's address when it succeeds.
Task<std::optional<PiOffers>> eeprom_dhcp(Machine& machine);
/// `bootcode`: the second stage's DHCP, which asks for two options more and for about a minute.
Task<std::optional<PiOffers>> rom_dhcp(Machine& machine, bool bootcode);

}  // namespace rootstock::fleet
