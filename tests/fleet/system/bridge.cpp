#include "tests/fleet/system/bridge.hpp"

#include "tests/fleet/firmware/bytes.hpp"

namespace rootstock::fleet {

Frame bridge_hello() {
  constexpr Mac group{{0x01, 0x80, 0xc2, 0x00, 0x00, 0x00}}, bridge{{0x52, 0x54, 0x00, 0xfd, 0x00, 0x01}};
  constexpr std::uint8_t llc_spanning_tree = 0x42, unnumbered = 3;
  constexpr unsigned length = 3 + 35, priority = 0x8000, port = 0x8002, second = 256;
  Frame frame;
  Writer out{frame};
  out.bytes(group.bytes)
      .bytes(bridge.bytes)
      .u16(length)
      .u8(llc_spanning_tree)
      .u8(llc_spanning_tree)
      .u8(unnumbered);
  out.u16(0).u8(0).u8(0).u8(0);                     // protocol, version, type, flags
  out.u16(priority).bytes(bridge.bytes).u32(0);     // the root, and what it costs to get there
  out.u16(priority).bytes(bridge.bytes).u16(port);  // who says it
  out.u16(0)
      .u16(20 * second)
      .u16(2 * second)
      .u16(15 * second);  // age, greatest age, hello time, forward delay
  constexpr std::size_t shortest = 60;
  out.zeros(shortest - frame.size());
  return frame;
}

}  // namespace rootstock::fleet
