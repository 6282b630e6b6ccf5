#include "tests/fleet/system/xdr.hpp"

namespace rootstock::fleet {
namespace {

std::size_t padding(std::size_t size) { return (4 - size % 4) % 4; }

}  // namespace

XdrWriter& XdrWriter::u32(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out_.push_back(static_cast<std::uint8_t>(value >> shift));
  return *this;
}

XdrWriter& XdrWriter::u64(std::uint64_t value) {
  return u32(static_cast<std::uint32_t>(value >> 32)).u32(static_cast<std::uint32_t>(value));
}

XdrWriter& XdrWriter::opaque(Bytes bytes) {
  u32(static_cast<std::uint32_t>(bytes.size()));
  return fixed(bytes);
}

XdrWriter& XdrWriter::text(std::string_view text) {
  return opaque({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

XdrWriter& XdrWriter::fixed(Bytes bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  out_.insert(out_.end(), padding(bytes.size()), 0);
  return *this;
}

std::uint32_t XdrReader::u32() {
  std::uint32_t value = 0;
  for (const auto byte : fixed(4)) value = value << 8 | byte;
  return value;
}

std::uint64_t XdrReader::u64() {
  const auto high = u32();
  return std::uint64_t{high} << 32 | u32();
}

Bytes XdrReader::opaque() { return fixed(u32()); }

std::string XdrReader::text() {
  const auto bytes = opaque();
  return {bytes.begin(), bytes.end()};
}

Bytes XdrReader::fixed(std::size_t size) {
  ok_ = ok_ && size <= rest_.size() && padding(size) <= rest_.size() - size;
  if (!ok_) return {};
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size + padding(size));
  return taken;
}

}  // namespace rootstock::fleet
