#pragma once
// What a board shows while it may not, or cannot, boot: a value. iPXE and GRUB have words of their own for
// it.

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "server/admission/gate.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

struct WaitingScreen {
  std::vector<std::string> lines;
  std::chrono::seconds again{10};
  bool renew = false;  ///< its address is its own for minutes only: it must ask for one again, too
};

/// There is nothing to boot for it. `node`: its name or, without a seat, its address.
WaitingScreen screen_of(std::string_view node, const Failure& why);
/// It is held: who it is, so that somebody before the screen can tell which board to approve, and why.
WaitingScreen screen_of(const NodeRecord& node, const Pass& pass);

/// A message that stays one line; control characters could move the cursor or start a command.
std::string one_line(std::string_view text);

}  // namespace rootstock::server
