// What PXE firmware of each kind sends, option by option.
#include <fmt/format.h>

#include "tests/fleet/firmware/pxe_dhcp.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t broadcast_flag = 0x8000;

std::string pxe_class(std::string_view kind, std::uint16_t arch, std::string_view undi) {
  return fmt::format("{}:Arch:{:05}:UNDI:{}", kind, arch, undi);
}

/// Type 0 and a UUID; a board's firmware takes it from its own tables, here it comes from the MAC.
std::vector<std::uint8_t> uuid_of(const Mac& mac) {
  std::vector<std::uint8_t> value;
  Writer{value}.u8(0).text("fleetboard").bytes(mac.bytes);
  return value;
}

/// Encapsulated: the card on its bus (b1), the version (eb), and what this build can do, one byte each.
std::vector<std::uint8_t> ipxe_features(bool efi) {
  constexpr std::uint8_t http = 0x13, tftp = 0x15, dns = 0x17, bzimage = 0x18, in_efi = 0x24;
  std::vector<std::uint8_t> value;
  Writer out{value};
  out.u8(0xb1).u8(5).u8(1).u16(0x10ec).u16(0x8139).u8(0xeb).u8(3).u8(1).u8(0x15).u8(1);
  for (const auto feature : {http, tftp, dns, bzimage}) out.u8(feature).u8(1).u8(1);
  if (efi) out.u8(in_efi).u8(1).u8(1);
  return value;
}

}  // namespace

PxeProfile edk2_profile(std::uint16_t arch) {
  PxeProfile profile;
  profile.vendor_class = pxe_class("PXEClient", arch, "003000");
  profile.arch = arch;
  profile.flags = broadcast_flag;
  profile.request_max_size = 0xff00;  // its bytes the wrong way round
  profile.wanted = {1,  2,  3,  4,  5,  6,  12, 13, 15, 17,  18,  22,  23,  28,  40,  41,  42, 43,
                    50, 51, 54, 58, 59, 60, 66, 67, 97, 128, 129, 130, 131, 132, 133, 134, 135};
  profile.pauses = {4s, 8s, 16s, 32s};
  profile.collects_for = 4s;
  return profile;
}

PxeProfile edk2_http_profile(std::uint16_t arch) {
  auto profile = edk2_profile(arch);
  profile.vendor_class = pxe_class("HTTPClient", arch, "003000");
  profile.http = true;
  return profile;
}

PxeProfile bios_rom_profile() {
  PxeProfile profile;
  profile.vendor_class = pxe_class("PXEClient", 0, "002001");
  profile.undi_major = 2;
  profile.undi_minor = 1;
  profile.flags = broadcast_flag;
  profile.max_size = profile.request_max_size = 1260;
  profile.wanted = {1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135};
  profile.pauses = {4s, 8s, 16s, 32s};
  profile.collects_for = 4s;
  return profile;
}

PxeProfile ipxe_profile(std::uint16_t arch) {
  PxeProfile profile;
  const bool bios = arch == 0;
  profile.vendor_class = pxe_class("PXEClient", arch, bios ? "002001" : "003010");
  profile.arch = arch;
  profile.undi_major = bios ? 2 : 3;
  profile.undi_minor = bios ? 1 : 16;
  profile.flags = arch == 11 ? broadcast_flag : std::uint16_t{0};
  profile.wanted = {1,  3,   6,   7,   12,  15,  17,  26,  42,  43,  60,  66,
                    67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203};
  profile.is_ipxe = true;
  profile.pauses = {1s, 1s, 2s, 4s, 8s};
  profile.collects_for = 2s;
  return profile;
}

std::vector<std::uint8_t> pxe_packet(const PxeProfile& profile, const Mac& mac, std::uint32_t xid,
                                     DhcpType type, const DhcpReply* chosen, Ipv4 ciaddr) {
  const auto size = type == DhcpType::request ? profile.request_max_size : profile.max_size;
  const auto high = [](std::uint16_t value) { return static_cast<std::uint8_t>(value >> 8); };
  const auto low = [](std::uint16_t value) { return static_cast<std::uint8_t>(value); };
  Options options;
  options.add(type);
  if (chosen) options.add(option::server, chosen->address(option::server).value_or(chosen->source));
  if (chosen) options.add(option::requested, chosen->yiaddr);
  options.add(option::max_size, {high(size), low(size)});
  if (!profile.is_ipxe) options.add(option::prl, profile.wanted).add(option::uuid, uuid_of(mac));
  options.add(option::undi, {1, profile.undi_major, profile.undi_minor});
  options.add(option::arch, {high(profile.arch), low(profile.arch)});
  options.add(option::vendor_class, profile.vendor_class);
  if (profile.is_ipxe) {
    std::vector<std::uint8_t> client_id;
    Writer{client_id}.u8(1).bytes(mac.bytes);
    options.add(option::user_class, "iPXE").add(option::prl, profile.wanted);
    options.add(option::ipxe, ipxe_features(profile.arch != 0)).add(option::client_id, client_id);
    options.add(option::uuid, uuid_of(mac));
  }
  return emit(DhcpRequest{
      .xid = xid, .flags = profile.flags, .ciaddr = ciaddr, .mac = mac, .options = options.end()});
}

}  // namespace rootstock::fleet
