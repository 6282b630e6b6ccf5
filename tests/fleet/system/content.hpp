#pragma once
// Did every board get the same bytes, and the right ones? Values only: digests in, differences in words out.

#include <map>
#include <set>

#include "tests/fleet/board.hpp"

namespace rootstock::fleet {

/// What one board read of its root: pieces of the squashfs by place, or files of the tree by name.
struct PieceRead {
  std::string place;  ///< "@131072", "usr/bin/true"
  std::string sha256;
};

/// Where a file that firmware asks for lies in its generation: "P/kernel8.img" is "kernel". None for what the
/// head makes up per board (config.txt, scripts) or has of its own (undionly.kpxe).
std::optional<std::string> place_in_generation(std::string_view asked);

/// Of one generation.
class Content {
 public:
  /// The first reader says what a piece is like; whoever reads it differently is told what differs.
  std::optional<std::string> compare(const PieceRead& piece, const std::string& reader);
  /// As compare, for the files of a board's boot; they are looked up by their place in the generation.
  std::vector<std::string> compare(const std::vector<FetchedFile>& files, const std::string& reader);
  /// Places of boot files that some board fetched: what has to be read over NFS as well.
  const std::set<std::string>& boot_files() const { return boot_files_; }

 private:
  struct First {
    std::string sha256, reader;
  };
  std::map<std::string, First> pieces_;
  std::set<std::string> boot_files_;
};

}  // namespace rootstock::fleet
