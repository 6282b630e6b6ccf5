#include "tests/fleet/system/bridge.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::fleet;

/// As a switch sends it, with what tcpdump makes of it: "STP 802.1d, Config, Flags [none], bridge-id
/// 8000.52:54:00:fd:00:01.8002, length 35; max-age 20.00s, hello-time 2.00s, forwarding-delay 15.00s".
TEST_CASE("a bridge's hello is a BPDU to the byte") {
  const auto frame = bridge_hello();
  REQUIRE(frame.size() == 60);
  const std::vector<std::uint8_t> said(frame.begin(), frame.begin() + 14 + 3 + 35);
  CHECK(said == std::vector<std::uint8_t>{
                    0x01, 0x80, 0xc2, 0x00, 0x00, 0x00, 0x52, 0x54, 0x00, 0xfd, 0x00, 0x01,
                    0x00, 0x26,                                                              // length 38
                    0x42, 0x42, 0x03,                                                        // LLC
                    0x00, 0x00, 0x00, 0x00, 0x00,                                            // STP, config
                    0x80, 0x00, 0x52, 0x54, 0x00, 0xfd, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,  // root, cost 0
                    0x80, 0x00, 0x52, 0x54, 0x00, 0xfd, 0x00, 0x01, 0x80, 0x02,              // bridge, port
                    0x00, 0x00, 0x14, 0x00, 0x02, 0x00, 0x0f, 0x00});                        // times
}
