#pragma once
// Bytes written as hex with words beside them: whatever stands between '|' and the end of the line is for the
// reader.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock {

inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  std::string digits;
  bool words = false;
  for (const char c : text) {
    words = c == '\n' ? false : words || c == '|';
    if (words || c == ' ' || c == '\n') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  if (!digits.empty()) throw std::invalid_argument("hex: half a byte at the end");
  return bytes;
}

/// A DHCP request as it is on the wire: the fixed part, then `options`.
inline std::vector<std::uint8_t> request(std::string_view flags, std::string_view ciaddr,
                                         std::string_view mac, std::string_view options) {
  auto bytes =
      hex("01 01 06 00   | BOOTREQUEST, Ethernet \n"
          "11 22 33 44   | xid");
  const auto add = [&](const std::vector<std::uint8_t>& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
  };
  add(hex("00 00"));  // secs
  add(hex(flags));
  add(hex(ciaddr));
  add(std::vector<std::uint8_t>(12, 0));  // yiaddr, siaddr, giaddr
  add(hex(mac));
  add(std::vector<std::uint8_t>(10 + 64 + 128, 0));  // rest of chaddr, sname, file
  add(hex("63 82 53 63"));
  add(hex(options));
  return bytes;
}

}  // namespace rootstock
