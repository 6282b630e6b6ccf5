#pragma once
// How addresses and times stand in the tables: integers, so that a row is short and found by its key. A MAC
// is its 48-bit number, a time the nanoseconds since 1970.

#include <chrono>
#include <cstdint>

#include "config/address.hpp"

namespace rootstock::server {

inline std::int64_t to_number(std::chrono::system_clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

inline std::chrono::system_clock::time_point to_time(std::int64_t number) {
  using std::chrono::system_clock;
  return system_clock::time_point(
      std::chrono::duration_cast<system_clock::duration>(std::chrono::nanoseconds(number)));
}

inline Mac to_mac(std::int64_t number) {
  Mac mac;
  for (auto byte = mac.bytes.rbegin(); byte != mac.bytes.rend(); ++byte, number >>= 8)
    *byte = static_cast<std::uint8_t>(number & 0xff);
  return mac;
}

}  // namespace rootstock::server
