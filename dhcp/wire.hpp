#pragma once
// The only big-endian code of dhcp/. A Reader keeps its position and its fault, so that a parser reads like
// the RFC's diagram and asks once, at the end, whether everything was there.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rootstock::dhcp {

using Bytes = std::span<const std::uint8_t>;

class Reader {
 public:
  explicit Reader(Bytes bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  std::size_t left() const { return rest_.size(); }

  std::uint8_t u8() {
    const auto one = take(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return number(4); }

  /// The next `size` bytes; empty and not ok() when there are fewer.
  Bytes take(std::size_t size) {
    if (!ok_ || size > rest_.size()) {
      ok_ = false;
      return {};
    }
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

class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out), start_(out.size()) {}

  void u8(std::uint8_t value) { out_.push_back(value); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u32(std::uint32_t value) { number(value, 4); }
  void bytes(Bytes bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }
  /// Zeros until this writer has written `size` bytes.
  void pad_to(std::size_t size) {
    if (out_.size() < start_ + size) out_.resize(start_ + size, 0);
  }

 private:
  void number(std::uint32_t value, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) u8(static_cast<std::uint8_t>(value >> shift));
  }

  std::vector<std::uint8_t>& out_;
  std::size_t start_;
};

}  // namespace rootstock::dhcp
