#include "server/links/arp_table.hpp"

#include <charconv>
#include <sstream>

namespace rootstock::server {

namespace {

// <linux/if_arp.h>: ATF_COM, ATF_PERM.
constexpr unsigned complete = 2, permanent = 4;

std::optional<unsigned> parse_flags(std::string_view text) {
  unsigned flags = 0;
  if (!text.starts_with("0x")) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), flags, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return flags;
}

/// "10.77.0.9  0x1  0x6  b8:27:eb:00:00:09  *  eth1"
std::optional<ArpEntry> parse_line(const std::string& line) {
  std::istringstream words{line};
  std::string address, type, flags, mac, mask, interface;
  if (!(words >> address >> type >> flags >> mac >> mask >> interface)) return std::nullopt;
  const auto ip = Ipv4::parse(address);
  const auto hardware = Mac::parse(mac);
  const auto bits = parse_flags(flags);
  if (!ip || !hardware || !bits || (*bits & complete) == 0) return std::nullopt;
  return ArpEntry{*ip, *hardware, (*bits & permanent) != 0, interface};
}

}  // namespace

std::vector<ArpEntry> parse_arp_table(std::string_view table) {
  std::vector<ArpEntry> found;
  std::istringstream lines{std::string{table}};
  for (std::string line; std::getline(lines, line);)
    if (auto entry = parse_line(line)) found.push_back(std::move(*entry));
  return found;
}

}  // namespace rootstock::server
