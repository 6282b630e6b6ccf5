#include "dhcp/quirks.hpp"

#include <array>

namespace rootstock::dhcp {

namespace {

constexpr Quirk says_bios{
    "says x86 BIOS",
    "sends the vendor class and architecture 0 of an x86 BIOS: option 97, the list of parameters and, last, "
    "the vendor of the MAC tell it apart",
    "NETBOOT-FACTS 0, 1.1; eeprom#182"};
constexpr Quirk wants_menu{"wants option 43",
                           "boots only from an answer whose option 43 has a boot menu with the words "
                           "'Raspberry Pi Boot'; the ROM of a "
                           "Pi 3 wants three spaces after them",
                           "NETBOOT-FACTS 1.1 to 1.3; eeprom#60"};
constexpr Quirk wants_text_66{
    "wants an address in option 66",
    "next-server alone is not enough: option 66 must be the head's address as text, no name",
    "NETBOOT-FACTS 1.1; fw#801, eeprom#72"};
constexpr Quirk request_without_list{
    "asks for nothing in its REQUEST",
    "its REQUEST has no option 55, fills in siaddr and may lack option 60: it gets everything, and what its "
    "DISCOVER said still holds",
    "NETBOOT-FACTS 1.1; eeprom#82, eeprom#87"};
constexpr Quirk reads_no_overload{
    "reads options in one place",
    "no overload (52), no split options, no fragments: answers stay small and whole", "NETBOOT-FACTS 0, 1.1"};
constexpr Quirk never_requests{
    "never asks for its address",
    "takes the address of the OFFER and sends no REQUEST: the OFFER is a lease already",
    "NETBOOT-FACTS 1.2; doc#1067, fw#1699"};
constexpr Quirk loses_early_answers{"loses what comes too soon",
                                    "an answer within milliseconds is lost: it leaves after a second",
                                    "NETBOOT-FACTS 1.2; fw#862"};
constexpr Quirk answers_no_arp{"answers no ARP",
                               "does not answer ARP while it loads: its neighbour entry is set for good",
                               "NETBOOT-FACTS 1.2; boot-net, known problems"};
constexpr Quirk may_be_a_pi3{
    "may be a Pi 3", "does not say which it is, and so gets what a Pi 3 needs: OFFER as a lease, delay, pin",
    "NETBOOT-FACTS 1.1, 1.2"};

constexpr std::array pi3{says_bios,      wants_menu,        wants_text_66, loses_early_answers,
                         never_requests, reads_no_overload, answers_no_arp};
constexpr std::array pi4{says_bios, wants_menu, wants_text_66, request_without_list, reads_no_overload};
constexpr std::array pi{says_bios,    wants_menu,           wants_text_66,
                        may_be_a_pi3, request_without_list, reads_no_overload};

constexpr std::array edk2{
    Quirk{"believes PXEClient",
          "at option 60 'PXEClient' without 43 it would ask port 4011 and wait ten seconds: "
          "it gets no option 60",
          "NETBOOT-FACTS 1.6"},
    Quirk{"size with swapped bytes",
          "its REQUEST says in option 57 that it takes 65280 bytes: 1500 are believed", "NETBOOT-FACTS 1.6"}};
constexpr std::array edk2_http{
    Quirk{"wants HTTPClient",
          "takes only answers with option 60 'HTTPClient' and a whole address in option 67",
          "NETBOOT-FACTS 1.6, 5"},
    edk2[1]};
constexpr std::array uboot{
    Quirk{"takes 576 bytes", "takes no datagram above 576 bytes, whatever it says", "NETBOOT-FACTS 1.4"},
    Quirk{"looks for its own file", "needs no boot file: without one it looks for pxelinux.cfg at the top",
          "NETBOOT-FACTS 4"}};
constexpr std::array ipxe{
    Quirk{"class without a length", "sends option 77 as 'iPXE', without the length that RFC 3004 asks for",
          "NETBOOT-FACTS 1.5"},
    Quirk{"loads itself again", "would load itself for ever if it got the boot file of the firmware under it",
          "NETBOOT-FACTS 1.5"}};

}  // namespace

std::span<const Quirk> quirks_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::pi3: return pi3;
    case Dialect::pi4:
    case Dialect::pi5: return pi4;
    case Dialect::pi: return pi;
    case Dialect::uefi_x64:
    case Dialect::uefi_arm64: return edk2;
    case Dialect::http_x64:
    case Dialect::http_arm64: return edk2_http;
    case Dialect::uboot_arm64: return uboot;
    case Dialect::ipxe: return ipxe;
    case Dialect::plain:
    case Dialect::unknown:
    case Dialect::pxe_bios: break;
  }
  return {};
}

}  // namespace rootstock::dhcp
