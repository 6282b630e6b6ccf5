#pragma once
// What becomes of a board that no seat is kept for.

#include <cstdint>
#include <string>

#include "config/settings.hpp"
#include "dhcp/dialect.hpp"

namespace rootstock::server {

enum class Entry : std::uint8_t {
  seat,    ///< it gets the next one
  park,    ///< it waits for somebody's word
  refuse,  ///< no answer
};

struct Decision {
  Entry entry = Entry::seat;
  std::string why{};  ///< park, refuse: in words, with what to do
};

/// `door_open`: somebody lets boards in just now (`rootstock nodes join --for 10m`). Then every mode is
/// "open".
Decision decide(JoinMode mode, bool door_open, const dhcp::Board& board);

/// "02:00:00:00:00:01 (Raspberry Pi 4, serial 1234abcd)".
std::string words_for(const dhcp::Board& board);

}  // namespace rootstock::server
