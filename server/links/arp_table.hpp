#pragma once
// /proc/net/arp as text (value: no file is opened here): who the kernel believes to be behind an address.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"

namespace rootstock::server {

struct ArpEntry {
  Ipv4 address;
  Mac mac;
  bool permanent = false;
  std::string interface;
};

/// Those that are known: an entry that still waits for an answer is passed over, and so are lines that do not
/// fit.
std::vector<ArpEntry> parse_arp_table(std::string_view table);

}  // namespace rootstock::server
