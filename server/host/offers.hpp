#pragma once
// What DHCP servers on the cluster's wire answered to a DISCOVER of ours, and what to think of it (logic; no
// socket here).

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "dhcp/wire.hpp"
#include "server/host/finding.hpp"

namespace rootstock::server {

/// One OFFER. RFC 2131 table 3.
struct HeardOffer {
  Mac mac;           ///< of the frame: the machine that sent it, or the relay before it
  Ipv4 from;         ///< of the packet
  Ipv4 server;       ///< option 54
  Ipv4 address;      ///< yiaddr; unset: a proxyDHCP server
  std::string tftp;  ///< option 66
  std::string file;  ///< option 67 or the field `file`
  std::optional<std::chrono::seconds> lease{};  ///< option 51
  bool menu = false;                            ///< option 43
};

/// The OFFER in an Ethernet frame, when it answers this transaction.
std::optional<HeardOffer> parse_offer(dhcp::Bytes frame, std::uint32_t xid);

/// A DISCOVER as a frame to everybody. The answer is to be broadcast, as nobody listens at `mac`. With
/// `as_pxe` it asks as a Raspberry Pi does, so that it hears what a board would.
std::vector<std::uint8_t> discover_frame(const Mac& mac, std::uint32_t xid, bool as_pxe);

/// `own`: the interface's own MAC.
Findings judge_offers(const Settings& settings, const Mac& own, const std::vector<HeardOffer>& offers);

}  // namespace rootstock::server
