#include "rootfs/kernel_choice.hpp"

#include <string.h>

#include <algorithm>
#include <array>

namespace rootstock::rootfs {
namespace {

struct Flavour {
  std::string_view ending;
  int rank;  ///< the lower is taken only when there is no higher
};

/// Raspberry Pi OS has several kernels in one image (facts section 3). The one whose name ends with v8 boots
/// Pi 3, 4 and 5 alike. The one for BCM2712 has pages of 16 KiB and starts on a Pi 5 alone, and an image that
/// boots fewer boards is the worse one. The others are for 32 bits.
constexpr std::array flavours = {
    Flavour{"-rpi-2712", 1}, Flavour{"-v8-16k+", 1}, Flavour{"-rpi-v7", 0}, Flavour{"-rpi-v7l", 0},
    Flavour{"-rpi-v6", 0},   Flavour{"-v7+", 0},     Flavour{"-v7l+", 0},
};

int rank(std::string_view version) {
  for (const auto& flavour : flavours)
    if (version.ends_with(flavour.ending)) return flavour.rank;
  return 2;
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    value = value << 8 | static_cast<std::uint8_t>(*byte);
  return value;
}

}  // namespace

std::string choose_kernel(std::vector<std::string> versions) {
  if (versions.empty()) return {};
  // As GNU does it: 6.1.0-9 comes before 6.1.0-10.
  return *std::max_element(versions.begin(), versions.end(), [](const auto& a, const auto& b) {
    const int by_rank = rank(a) - rank(b);
    return by_rank != 0 ? by_rank < 0 : ::strverscmp(a.c_str(), b.c_str()) < 0;
  });
}

bool is_gzip(std::string_view bytes) { return bytes.starts_with("\x1f\x8b"); }  // RFC 1952, 2.3.1

// The header: Linux, Documentation/arch/arm64/booting.rst, section 4.

bool is_plain_arm64(std::string_view image) {
  constexpr std::size_t magic_at = 56;
  return image.size() >= 64 && image.substr(magic_at, 4) == "ARM\x64";
}

std::uint64_t memory_of_arm64(std::string_view image) {
  constexpr std::size_t size_at = 16;
  return is_plain_arm64(image) ? little_endian(image.substr(size_at, 8)) : 0;
}

}  // namespace rootstock::rootfs
