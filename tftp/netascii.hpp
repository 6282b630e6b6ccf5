#pragma once
// netascii (RFC 764 by way of RFC 1350): on the wire a line ends with CR LF, and a lone CR is CR NUL.

#include <cstdint>
#include <memory>
#include <vector>

#include "tftp/file_source.hpp"

namespace rootstock::tftp {

/// A larger file is no text a boot loader wants, and counting its line ends would hold up everybody else.
inline constexpr std::uint64_t largest_netascii_file = 4 << 20;

/// A file as it looks in netascii: its size (tsize counts what is sent) and bytes from any offset.
class NetasciiFile : public File {
 public:
  /// Reads the whole file once, to know where its bytes go.
  explicit NetasciiFile(std::shared_ptr<const File> plain);
  std::uint64_t size() const override { return size_; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override;

 private:
  std::shared_ptr<const File> plain_;
  std::vector<std::uint64_t> starts_;  ///< where each stretch of the plain file begins on the wire
  std::uint64_t size_ = 0;
};

}  // namespace rootstock::tftp
