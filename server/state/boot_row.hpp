#pragma once
// What is kept of one boot: a value. The story is text that only server/story/ reads.

#include <chrono>
#include <cstdint>
#include <string>

#include "config/address.hpp"

namespace rootstock::server {

struct BootRow {
  int number = 0;  ///< the seat
  Mac mac;
  std::chrono::system_clock::time_point started{};  ///< with the seat, what makes it this boot
  std::chrono::system_clock::time_point ended{};    ///< unset: it is the seat's latest
  std::string stage, generation;
  std::uint64_t bytes = 0;
  std::string conclusion;  ///< in words
  std::string story;       ///< JSON
};

/// Of each seat, so many are kept.
inline constexpr int boots_kept = 20;

}  // namespace rootstock::server
