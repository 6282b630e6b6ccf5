#include "server/nodes/random_ids.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace rootstock::server {
namespace {

using Bits = std::array<std::uint8_t, 16>;

Bits random_bits() {
  Bits bits{};
  if (::getentropy(bits.data(), bits.size()) != 0)
    throw std::system_error(errno, std::generic_category(), "getentropy");
  return bits;
}

std::string hex(const Bits& bits) {
  std::string text;
  for (const auto byte : bits) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace

std::string new_token() { return hex(random_bits()); }

std::string new_machine_id() {
  auto bits = random_bits();
  bits[6] = static_cast<std::uint8_t>((bits[6] & 0x0f) | 0x40);
  bits[8] = static_cast<std::uint8_t>((bits[8] & 0x3f) | 0x80);
  return hex(bits);
}

}  // namespace rootstock::server
