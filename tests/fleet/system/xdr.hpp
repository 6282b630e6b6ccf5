#pragma once
// XDR (RFC 4506): what ONC RPC and NFS are written in. A Reader keeps its position and whether all was there.

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

class XdrWriter {
 public:
  XdrWriter& u32(std::uint32_t value);
  XdrWriter& u64(std::uint64_t value);
  /// Variable length: size, bytes, padding to a multiple of four.
  XdrWriter& opaque(Bytes bytes);
  XdrWriter& text(std::string_view text);
  /// Fixed length: no size in front.
  XdrWriter& fixed(Bytes bytes);

  const std::vector<std::uint8_t>& bytes() const { return out_; }

 private:
  std::vector<std::uint8_t> out_;
};

class XdrReader {
 public:
  explicit XdrReader(Bytes bytes) : rest_(bytes) {}

  std::uint32_t u32();
  std::uint64_t u64();
  Bytes opaque();
  std::string text();
  Bytes fixed(std::size_t size);

  bool ok() const { return ok_; }

 private:
  Bytes rest_;
  bool ok_ = true;
};

}  // namespace rootstock::fleet
