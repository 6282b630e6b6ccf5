#pragma once
// Numbers in packets. A Reader keeps its position and whether all was there; network order unless it says
// "le".

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  Bytes rest() const { return rest_; }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }
  Mac mac() {
    Mac mac;
    const auto taken = take(6);
    for (std::size_t i = 0; i < taken.size(); ++i) mac.bytes[i] = taken[i];
    return mac;
  }
  Bytes take(std::size_t size) {
    ok_ = ok_ && size <= rest_.size();
    if (!ok_) return {};
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

 private:
  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    for (const auto byte : take(size)) value = value << 8 | byte;
    return value;
  }

  Bytes rest_;
  bool ok_ = true;
};

/// Appends to a frame.
class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}

  Writer& u8(unsigned value) { return number(value, 1); }
  Writer& u16(unsigned value) { return number(value, 2); }
  Writer& u32(std::uint32_t value) { return number(value, 4); }
  Writer& le32(std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) out_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }
  Writer& bytes(Bytes bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  Writer& text(std::string_view text) {
    for (const char c : text) out_.push_back(static_cast<std::uint8_t>(c));
    return *this;
  }
  Writer& zeros(std::size_t count) {
    out_.insert(out_.end(), count, 0);
    return *this;
  }

 private:
  Writer& number(std::uint32_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      out_.push_back(static_cast<std::uint8_t>(value >> shift));
    return *this;
  }

  std::vector<std::uint8_t>& out_;
};

inline std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace rootstock::fleet
