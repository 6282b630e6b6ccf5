#include "rootfs/null_call.hpp"

namespace rootstock::rootfs {
namespace {

constexpr std::uint32_t last_fragment = 0x8000'0000;
constexpr std::uint32_t call = 0, reply_to_call = 1, accepted = 0, success = 0;
constexpr std::uint32_t rpc_version = 2, nfs_program = 100003, nfs_version = 4, null_procedure = 0;
constexpr std::uint32_t auth_none = 0;

template <std::size_t Words>
std::array<std::uint8_t, 4 * Words> big_endian(const std::array<std::uint32_t, Words>& words) {
  std::array<std::uint8_t, 4 * Words> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> (24 - 8 * (i % 4)));
  return bytes;
}

}  // namespace

std::array<std::uint8_t, 44> null_call(std::uint32_t xid) {
  return big_endian(std::array<std::uint32_t, 11>{last_fragment | 40, xid, call, rpc_version, nfs_program,
                                                  nfs_version, null_procedure, auth_none, 0, auth_none, 0});
}

bool is_null_reply(std::span<const std::uint8_t, null_reply_size> reply, std::uint32_t xid) {
  const auto wanted = big_endian(
      std::array<std::uint32_t, 7>{last_fragment | 24, xid, reply_to_call, accepted, auth_none, 0, success});
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (reply[i] != wanted[i]) return false;
  return true;
}

}  // namespace rootstock::rootfs
