#include "rootfs/null_call.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

namespace {

std::array<std::uint8_t, null_reply_size> good_reply() {
  return {0x80, 0,    0,    24,                // last fragment, 24 bytes
          0x12, 0x34, 0x56, 0x78,              // xid
          0,    0,    0,    1,                 // REPLY
          0,    0,    0,    0,                 // MSG_ACCEPTED
          0,    0,    0,    0,    0, 0, 0, 0,  // AUTH_NONE, empty
          0,    0,    0,    0};                // SUCCESS
}

}  // namespace

TEST_CASE("the NULL call is RFC 5531's, for program 100003 version 4", "[null]") {
  const std::vector<std::uint8_t> expected{0x80, 0,    0,    40,                 // last fragment, 40 bytes
                                           0x12, 0x34, 0x56, 0x78,               // xid
                                           0,    0,    0,    0,                  // CALL
                                           0,    0,    0,    2,                  // RPC version
                                           0,    1,    0x86, 0xa3,               // 100003
                                           0,    0,    0,    4,                  // NFS version
                                           0,    0,    0,    0,                  // NULL
                                           0,    0,    0,    0,    0, 0, 0, 0,   // credential AUTH_NONE
                                           0,    0,    0,    0,    0, 0, 0, 0};  // verifier AUTH_NONE
  const auto call = null_call(0x12345678);
  CHECK(std::vector<std::uint8_t>(call.begin(), call.end()) == expected);
}

TEST_CASE("only a successful reply to this call counts", "[null]") {
  CHECK(is_null_reply(good_reply(), 0x12345678));
  CHECK_FALSE(is_null_reply(good_reply(), 0x12345679));
  for (std::size_t i = 0; i < null_reply_size; ++i) {
    auto reply = good_reply();
    reply[i] ^= 1;
    CHECK_FALSE(is_null_reply(reply, 0x12345678));
  }
}
