#pragma once
// What a node finds in its overlay (edge: libarchive). Not the head's own writer: see board.hpp.

#include <map>

#include "config/result.hpp"
#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

struct OverlayEntry {
  unsigned mode = 0;
  std::string content;
};
/// By path, without a leading slash. The words say what is wrong with the archive.
Result<std::map<std::string, OverlayEntry>, std::string> read_overlay(Bytes archive);

}  // namespace rootstock::fleet
