#pragma once
// File bytes -> DATA packets in place. Small reads go through a modest read-ahead, whole windows straight
// into the packets.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "tftp/file_source.hpp"

namespace rootstock::tftp {

class BlockReader {
 public:
  BlockReader(std::shared_ptr<const File> file, std::uint16_t block_size);

  /// Blocks are counted from 1 and never wrap here; the last one is shorter than the rest, or empty.
  std::uint64_t last_block() const { return size_ / block_size_ + 1; }
  std::uint64_t bytes_up_to(std::uint64_t block) const;
  /// Room that `count` DATA packets take, headers included.
  std::size_t room_for(std::uint32_t count) const;

  /// Writes DATA packets `first` .. `first + count - 1`, one behind the other, every one but the last of full
  /// length. Returns the bytes written, or nothing when the file could not be read.
  std::optional<std::size_t> write(std::uint64_t first, std::uint32_t count, std::span<std::byte> out);

 private:
  bool read(std::uint64_t offset, std::span<std::byte> out);
  bool read_ahead(std::uint64_t offset);

  std::shared_ptr<const File> file_;
  std::uint64_t size_;
  std::uint16_t block_size_;
  std::uint64_t ahead_offset_ = 0;
  std::size_t ahead_size_ = 0;
  std::vector<std::byte> ahead_;
};

}  // namespace rootstock::tftp
