#include "tftp/block_reader.hpp"

#include <algorithm>
#include <cstring>

#include "tftp/packet.hpp"

namespace rootstock::tftp {

namespace {

// One system call per five or so blocks of a lock-step client, and 8 MB for a thousand of them.
constexpr std::size_t read_ahead_size = 8192;

}  // namespace

BlockReader::BlockReader(std::shared_ptr<const File> file, std::uint16_t block_size)
    : file_(std::move(file)), size_(file_->size()), block_size_(block_size) {}

std::uint64_t BlockReader::bytes_up_to(std::uint64_t block) const {
  return std::min(block * block_size_, size_);
}

std::size_t BlockReader::room_for(std::uint32_t count) const {
  return std::size_t{count} * (block_size_ + data_header_size);
}

std::optional<std::size_t> BlockReader::write(std::uint64_t first, std::uint32_t count,
                                              std::span<std::byte> out) {
  const auto offset = (first - 1) * block_size_;
  const auto payload = static_cast<std::size_t>(bytes_up_to(first + count - 1) - offset);
  // The payload is read behind the room of all headers and then moved to its places, front to back: no copy
  // of it is ever overwritten before it was moved.
  const auto headers = count * data_header_size;
  if (!read(offset, out.subspan(headers, payload))) return std::nullopt;
  const std::byte* from = out.data() + headers;
  std::byte* to = out.data();
  auto left = payload;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto size = std::min<std::size_t>(left, block_size_);
    std::memmove(to + data_header_size, from, size);
    write_data_header(static_cast<std::uint16_t>(first + i), to);
    from += size;
    to += data_header_size + size;
    left -= size;
  }
  return headers + payload;
}

bool BlockReader::read(std::uint64_t offset, std::span<std::byte> out) {
  if (out.size() >= read_ahead_size) return file_->read_at(offset, out) == out.size();
  const bool at_hand = offset >= ahead_offset_ && offset + out.size() <= ahead_offset_ + ahead_size_;
  if (!at_hand && !read_ahead(offset)) return false;
  const auto skip = static_cast<std::size_t>(offset - ahead_offset_);
  if (skip + out.size() > ahead_size_) return false;
  if (!out.empty()) std::memcpy(out.data(), ahead_.data() + skip, out.size());
  return true;
}

bool BlockReader::read_ahead(std::uint64_t offset) {
  if (ahead_.empty())
    ahead_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(size_, read_ahead_size)));
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size_ - offset, ahead_.size()));
  ahead_offset_ = offset;
  ahead_size_ = file_->read_at(offset, std::span{ahead_}.first(wanted));
  return ahead_size_ == wanted;
}

}  // namespace rootstock::tftp
