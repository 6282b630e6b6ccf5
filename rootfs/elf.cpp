#include "rootfs/elf.hpp"

#include <cstddef>
#include <cstdint>

namespace rootstock::rootfs {
namespace {

constexpr std::uint64_t program_interpreter = 3;  // PT_INTERP

/// Reads little-endian numbers; past the end all is zero.
std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t size) {
  if (at > bytes.size() || bytes.size() - at < size) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// A little-endian one, with its whole header.
bool is_program(std::string_view bytes) {
  constexpr std::string_view magic =
      "\x7f"
      "ELF";
  return bytes.starts_with(magic) && bytes.size() >= 52 && bytes[5] == 1;
}

}  // namespace

bool is_static_program(std::string_view bytes) {
  if (!is_program(bytes)) return false;
  const bool wide = bytes[4] == 2;
  const auto table = number(bytes, wide ? 0x20 : 0x1c, wide ? 8 : 4);
  const auto row = number(bytes, wide ? 0x36 : 0x2a, 2), rows = number(bytes, wide ? 0x38 : 0x2c, 2);
  if (rows == 0 || table >= bytes.size()) return false;
  for (std::uint64_t i = 0; i < rows; ++i)
    if (number(bytes, static_cast<std::size_t>(table + i * row), 4) == program_interpreter) return false;
  return true;
}

std::string architecture_of(std::string_view program) {
  constexpr std::uint64_t x86_64 = 62, aarch64 = 183;  // EM_...
  const auto machine = is_program(program) ? number(program, 0x12, 2) : 0;
  return machine == x86_64 ? "amd64" : machine == aarch64 ? "arm64" : "";
}

}  // namespace rootstock::rootfs
