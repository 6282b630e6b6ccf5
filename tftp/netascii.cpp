#include "tftp/netascii.hpp"

#include <algorithm>
#include <array>

namespace rootstock::tftp {

namespace {

constexpr std::size_t stretch = 4096;  // bytes of the plain file per entry of the index
constexpr std::byte cr{'\r'}, lf{'\n'}, nul{0};

struct Wire {
  std::array<std::byte, 2 * stretch> bytes;
  std::size_t size = 0;

  void put(std::byte b) {
    if (b == lf) bytes[size++] = cr;
    bytes[size++] = b;
    if (b == cr) bytes[size++] = nul;
  }
};

Wire translated(const File& plain, std::size_t index) {
  std::array<std::byte, stretch> from;
  const auto got = plain.read_at(std::uint64_t{index} * stretch, from);
  Wire wire;
  for (const auto b : std::span{from}.first(got)) wire.put(b);
  return wire;
}

}  // namespace

NetasciiFile::NetasciiFile(std::shared_ptr<const File> plain) : plain_(std::move(plain)) {
  for (std::uint64_t at = 0; at < plain_->size(); at += stretch) {
    starts_.push_back(size_);
    size_ += translated(*plain_, starts_.size() - 1).size;
  }
}

std::size_t NetasciiFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
  std::size_t filled = 0;
  auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  while (after != starts_.begin() && filled < out.size()) {
    const auto index = static_cast<std::size_t>(after - starts_.begin()) - 1;
    const auto wire = translated(*plain_, index);
    const auto skip = std::min<std::uint64_t>(offset + filled - starts_[index], wire.size);
    const auto take = std::min(wire.size - static_cast<std::size_t>(skip), out.size() - filled);
    std::copy_n(wire.bytes.begin() + static_cast<std::ptrdiff_t>(skip), take,
                out.begin() + static_cast<std::ptrdiff_t>(filled));
    filled += take;
    if (after == starts_.end()) break;
    ++after;
  }
  return filled;
}

}  // namespace rootstock::tftp
