#pragma once
// The smallest question to an NFS server: NULL of NFS version 4, which every server must answer (RFC
// 7530 16.1), in ONC RPC (RFC 5531) over TCP.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace rootstock::rootfs {

/// With the four bytes of the record mark in front (RFC 5531 section 11).
std::array<std::uint8_t, 44> null_call(std::uint32_t xid);

/// The record mark and the reply to a call without verifier and without results.
inline constexpr std::size_t null_reply_size = 28;

/// True when it is an accepted, successful reply to that call.
bool is_null_reply(std::span<const std::uint8_t, null_reply_size> reply, std::uint32_t xid);

}  // namespace rootstock::rootfs
