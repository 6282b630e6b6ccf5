#pragma once
// What is kept of a node: a value, so that who decides about nodes needs no database.

#include <chrono>
#include <string>

#include "config/address.hpp"

namespace rootstock::server {

/// A seat in the cluster and the board that sits on it.
struct NodeRecord {
  std::string name;
  int number = 0;
  Mac mac;
  Ipv4 address;
  std::string dialect;       ///< of its firmware, as it last asked; iPXE's only when that began its last boot
  std::string machine_id;    ///< 32 hex digits, made when it joined
  std::string host_secret;   ///< OpenSSH private key (ed25519), empty until first needed
  std::string host_public;   ///< its public line
  std::string generation;    ///< label last reported by the node itself, "" when never up
  std::string architecture;  ///< Debian's word (amd64, arm64), "" until its firmware has said it
  std::string serial;        ///< of a Raspberry Pi: 8 hex digits, the folder it looks for; else ""
  std::chrono::system_clock::time_point joined{}, last_up{};
};

}  // namespace rootstock::server
