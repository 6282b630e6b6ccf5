#include "server/links/bpdu.hpp"

#include <algorithm>
#include <array>

#include "dhcp/wire.hpp"

namespace rootstock::server {
namespace {

constexpr std::array<std::uint8_t, 3> llc_of_bridges{0x42, 0x42, 0x03};
constexpr std::uint16_t most_of_llc = 1500;  ///< a length; above it the field is a type (IEEE 802.3 3.2.6)
constexpr std::uint8_t configuration = 0x00, rapid = 0x02;

/// 802.1D 9.2.5: two bytes of priority, then the bridge's address.
Mac bridge_id(dhcp::Reader& in) {
  in.u16();
  Mac mac;
  std::ranges::copy(in.take(mac.bytes.size()), mac.bytes.begin());
  return mac;
}

/// 802.1D 9.2.8: in 256ths of a second.
std::chrono::milliseconds timer(dhcp::Reader& in) { return std::chrono::milliseconds{in.u16() * 1000 / 256}; }

}  // namespace

std::optional<Bpdu> parse_bpdu(std::span<const std::uint8_t> frame) {
  dhcp::Reader in{frame};
  if (!std::ranges::equal(in.take(all_bridges.size()), all_bridges)) return std::nullopt;
  in.take(6);
  const auto length = in.u16();
  if (length > most_of_llc || !std::ranges::equal(in.take(3), llc_of_bridges)) return std::nullopt;
  const auto protocol = in.u16();
  in.u8();  // the version: later ones only add to the end (802.1D 9.3.4)
  const auto type = in.u8();
  if (protocol != 0 || (type != configuration && type != rapid)) return std::nullopt;
  in.u8();  // flags
  Bpdu bpdu;
  bpdu.rapid = type == rapid;
  bpdu.root = bridge_id(in);
  in.u32();  // the cost of the way to the root
  bpdu.bridge = bridge_id(in);
  in.take(2 + 2 + 2);  // port, age of the message, greatest age
  bpdu.hello = timer(in);
  bpdu.forward_delay = timer(in);
  if (!in.ok()) return std::nullopt;
  return bpdu;
}

}  // namespace rootstock::server
