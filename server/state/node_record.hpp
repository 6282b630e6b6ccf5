#pragma once
// What is kept of a node: a value, so that who decides about nodes needs no database.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/address.hpp"

namespace rootstock::server {

/// May the board on a seat boot from us?
enum class Standing : std::uint8_t {
  member,   ///< one of the cluster
  waiting,  ///< parked until somebody approves it: join = "approve", or its identity is in doubt
  denied,   ///< somebody said no: it gets no answer
};

/// "member", "waiting", "denied": as kept in the state and shown.
std::string_view name_of(Standing standing);
Standing standing_named(std::string_view words);

/// A seat in the cluster and the board that sits on it.
struct NodeRecord {
  std::string name;
  int number = 0;  ///< the seat itself: stays when its name changes, and is never used again once forgotten
  Mac mac;         ///< 00:00:00:00:00:00: nobody sits here yet, or its board is to be replaced
  Ipv4 address;
  std::string dialect;       ///< of its firmware, as it last asked; iPXE's only when that began its last boot
  std::string machine_id;    ///< 32 hex digits, made when it joined
  std::string host_secret;   ///< OpenSSH private key (ed25519), empty until first needed
  std::string host_public;   ///< its public line
  std::string generation;    ///< label last reported by the node itself, "" when never up
  std::string architecture;  ///< Debian's word (amd64, arm64), "" until its firmware has said it
  std::string serial;        ///< of a Raspberry Pi: 8 hex digits, the folder it looks for; else ""
  std::chrono::system_clock::time_point joined{}, last_up{};

  Standing standing = Standing::member;
  std::string uuid;      ///< option 97 as its firmware last said it, 32 hex digits; else ""
  std::string model;     ///< what its device tree or SMBIOS calls it, told by its initramfs; else ""
  std::string doubt;     ///< why its identity is in doubt, in words; "" when it is not. No overlay meanwhile
  bool awaited = false;  ///< `nodes replace`: the next new board takes this seat, before any other
  std::string group;     ///< "": none, the settings of [nodes] hold
  std::string image;     ///< of this node alone; "": its group's or the site's
  std::string pinned;    ///< the generation it boots whatever is active, "compute/7"; "": the active one
  std::string token;     ///< 32 hex digits, in its overlay: whoever has it speaks for the node; "" until made
  std::string kernel_options;                          ///< of this node alone, behind the group's
  std::chrono::system_clock::time_point last_heard{};  ///< of its latest heartbeat, to the minute

  bool vacant() const { return mac == Mac{}; }
};

}  // namespace rootstock::server
