#pragma once
// One NIC shows several DHCP identities during one boot, always in this order (NETBOOT-FACTS section 0): what
// `identity`, `answered`, `told` and `passed` of BootData count in. 0: none yet.

namespace rootstock::server::dhcp_identity {

inline constexpr int firmware = 1, ipxe = 2, initramfs = 3;

}  // namespace rootstock::server::dhcp_identity
