#include "dhcp/proxy_policy.hpp"

namespace rootstock::dhcp {

namespace {

constexpr std::string_view pxe = "PXEClient", http = "HTTPClient";

}  // namespace

ProxyAdvice advise_beside_server(Dialect dialect) {
  switch (dialect) {
    // 1.1, 1.2: fields add up over all OFFERs; a Pi 3 takes files from the sender of the menu.
    case Dialect::pi3:
    case Dialect::pi4:
    case Dialect::pi5:
    case Dialect::pi:
      return {ProxyWay::offer, pxe, false, "takes its address from one server and its files from another"};
    // 1.6b: an OFFER counts only with 60; without sub 6 it would look for boot servers.
    case Dialect::pxe_bios: return {ProxyWay::offer, pxe, true, "x86 BIOS: load iPXE first"};
    // 1.5: a file in the OFFER spares it the question to 4011, sub 6 the search for boot servers (ipxe#954).
    case Dialect::ipxe: return {ProxyWay::offer, pxe, true, "iPXE is running: send its script"};
    // 1.6: 60 without 43 makes it ask on 4011, and the file must be in that answer.
    case Dialect::uefi_x64:
    case Dialect::uefi_arm64: return {ProxyWay::binl, pxe, false, "UEFI asks for its boot file on port 4011"};
    case Dialect::http_x64:
    case Dialect::http_arm64:
      return {ProxyWay::offer, http, false, "UEFI takes the address of its boot file"};
    // 1.4: the first OFFER with an address wins, and it alone says where the files are.
    case Dialect::uboot_arm64:
      return {.why =
                  "U-Boot listens to the server that gives the address only: let that one name this head as "
                  "next server (siaddr; `dhcp-boot` in dnsmasq), or set mode = \"server\""};
    case Dialect::unknown: return {.why = "no boot loader for this firmware"};
    case Dialect::plain: return {.why = "asks for an address only, which the other DHCP server gives"};
  }
  return {};
}

}  // namespace rootstock::dhcp
