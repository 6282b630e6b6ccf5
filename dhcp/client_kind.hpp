#pragma once
// Which board is asking, read from its message.

#include "dhcp/dialect.hpp"
#include "dhcp/message.hpp"
#include "dhcp/transactions.hpp"

namespace rootstock::dhcp {

/// The clues point into `message`.
Clues clues_of(const Message& message);
Board board_of(const Message& message);
/// The same, with what the board said of itself at the start of this transaction: a REQUEST leaves words out,
/// and a Raspberry Pi's is an x86 BIOS by the rest.
Board board_of(const Message& message, const Transactions& transactions);

}  // namespace rootstock::dhcp
