#include "server/nodes/joining.hpp"

#include <fmt/format.h>

#include "server/nodes/identity.hpp"

namespace rootstock::server {

std::string words_for(const dhcp::Board& board) {
  const auto serial = identity_of(board).serial;
  return fmt::format("{} ({}{}{})", board.mac.text(), dhcp::name_of(board.dialect),
                     serial.empty() ? "" : ", serial ", serial);
}

Decision decide(JoinMode mode, bool door_open, const dhcp::Board& board) {
  if (mode == JoinMode::open || door_open) return {};
  switch (mode) {
    case JoinMode::window:
      return {Entry::park, words_for(board) +
                               " is new, and the door is shut: `rootstock nodes join --for 10m` opens it, "
                               "`rootstock nodes approve` lets in this one"};
    case JoinMode::approve:
      return {Entry::park, words_for(board) + " is new and waits: rootstock nodes approve, or deny"};
    case JoinMode::closed:
      return {
          Entry::refuse,
          fmt::format("{} is no node of this cluster, and join = \"closed\": `rootstock nodes declare NAME "
                      "--mac {}` makes it one, `rootstock nodes join --for 10m` lets in all that ask",
                      words_for(board), board.mac.text())};
    case JoinMode::open: break;
  }
  return {};
}

}  // namespace rootstock::server
