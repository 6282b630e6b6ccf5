#include "server/nodes/asker.hpp"

#include <array>

namespace rootstock::server {

using dhcp::Dialect;

dhcp::Dialect dialect_named(std::string_view words) {
  constexpr std::array all{Dialect::plain,    Dialect::pxe_bios,   Dialect::uefi_x64,    Dialect::uefi_arm64,
                           Dialect::http_x64, Dialect::http_arm64, Dialect::uboot_arm64, Dialect::pi3,
                           Dialect::pi4,      Dialect::pi5,        Dialect::pi,          Dialect::ipxe};
  for (const auto dialect : all)
    if (dhcp::name_of(dialect) == words) return dialect;
  return Dialect::unknown;
}

Asker asker_of(const NodeRecord& record) {
  return {record.mac, record.serial, dhcp::is_raspberry_pi(dialect_of(record))};
}

}  // namespace rootstock::server
