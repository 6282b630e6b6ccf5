#pragma once
// What a kernel reads of its root over NFS, and the check of all of it (edge: sockets).

#include "tests/fleet/system/nfs_client.hpp"
#include "tests/fleet/system/node.hpp"

namespace rootstock::fleet {

/// Of a squashfs: its head, its tables at the end, and blocks all over it, the same ones for every node of a
/// generation, as they start the same programs. Of a tree: a walk, and the first files of it.
boost::asio::awaitable<std::vector<PieceRead>> read_of_root(NfsClient& client, std::string label,
                                                            Appetite appetite);

/// The generation as it lies on the head: the root against the digest in its manifest, and the boot files and
/// every piece that any board has read against the same over NFS. Words for what differs.
struct Verdict {
  std::vector<std::string> differences;
  std::uint64_t bytes = 0;
  std::string root;  ///< "squashfs", "tree"
};
boost::asio::awaitable<Verdict> verify_generation(NfsClient& client, std::string label, Content& content);

}  // namespace rootstock::fleet
