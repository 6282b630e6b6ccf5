#pragma once
// Which board is asking, read from its message.

#include "dhcp/dialect.hpp"
#include "dhcp/message.hpp"

namespace rootstock::dhcp {

/// The clues point into `message`.
Clues clues_of(const Message& message);
Board board_of(const Message& message);

}  // namespace rootstock::dhcp
