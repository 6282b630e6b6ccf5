#pragma once
// Bytes written as hex with words beside them: whatever stands between '|' and the end of the line is for the
// reader. "text" stands for its letters, 64*00 for 64 zeros.

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock {

inline std::uint8_t hex_byte(std::string_view digits) {
  std::size_t used = 0;
  const auto value = std::stoi(std::string(digits), &used, 16);
  if (used != 2 || digits.size() != 2)
    throw std::invalid_argument("hex: half a byte in " + std::string(digits));
  return static_cast<std::uint8_t>(value);
}

/// "0a1b", or "64*00".
inline void append_hex_word(std::string_view word, std::vector<std::uint8_t>& bytes) {
  if (const auto star = word.find('*'); star != word.npos) {
    const auto count = std::stoul(std::string(word.substr(0, star)));
    bytes.insert(bytes.end(), count, hex_byte(word.substr(star + 1)));
    return;
  }
  for (std::size_t at = 0; at < word.size(); at += 2) bytes.push_back(hex_byte(word.substr(at, 2)));
}

inline std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  while (!text.empty()) {
    const auto end_at = [&](std::string_view ends, std::size_t from) {
      return std::min(text.find_first_of(ends, from), text.size());
    };
    std::size_t used = 1;
    if (text.front() == '|') {
      used = end_at("\n", 0);
    } else if (text.front() == '"') {
      const auto close = end_at("\"\n", 1);
      if (close == text.size() || text[close] == '\n') throw std::invalid_argument("hex: no closing quote");
      bytes.insert(bytes.end(), text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(close));
      used = close + 1;
    } else if (text.front() != ' ' && text.front() != '\n') {
      used = end_at(" \n|\"", 0);
      append_hex_word(text.substr(0, used), bytes);
    }
    text.remove_prefix(used);
  }
  return bytes;
}

/// The bytes of an annotated file.
inline std::vector<std::uint8_t> hex_file(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("no such file: " + path);
  return hex(std::string(std::istreambuf_iterator<char>(in), {}));
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
