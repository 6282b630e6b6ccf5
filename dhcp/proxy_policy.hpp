#pragma once
// What firmware of one dialect needs to hear from a proxyDHCP server, which stands beside the DHCP server
// that gives the addresses (PXE 2.1; NETBOOT-FACTS sections 0 and 1). Knows no bytes.

#include <string>

#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

enum class ProxyWay : std::uint8_t {
  silence,  ///< nothing we could say would be heard
  offer,    ///< all of it in an OFFER without an address, on port 67
  binl,     ///< such an OFFER without a boot file; the firmware then asks for it on port 4011
};

struct ProxyAdvice {
  ProxyWay way = ProxyWay::silence;
  std::string_view vendor_class{};  ///< option 60
  bool boot_at_once = false;        ///< option 43 sub 6 = 8: load the file of this answer, ask no boot server
  std::string_view why{};
};

ProxyAdvice advise_beside_server(Dialect dialect);

}  // namespace rootstock::dhcp
