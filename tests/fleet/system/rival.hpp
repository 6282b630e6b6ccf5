#pragma once
// Another DHCP server on the cable: a router that nobody has thought of. Frames in, frames out.

#include <map>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

class Rival {
 public:
  /// Answers a board's DISCOVER and the REQUEST that names it, as a home router does: an address and no word
  /// about booting.
  std::optional<Frame> answer(Bytes frame);

 private:
  std::map<Mac, Ipv4> lent_;
};

}  // namespace rootstock::fleet
