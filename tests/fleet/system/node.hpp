#pragma once
// A node from its initramfs' address to "up": the steps of rootfs/initramfs/init, over real TCP (edge:
// sockets).

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <random>

#include "tests/fleet/board.hpp"
#include "tests/fleet/system/connect.hpp"
#include "tests/fleet/system/content.hpp"
#include "tests/fleet/system/identity.hpp"
#include "tests/fleet/system/plan.hpp"

namespace rootstock::fleet {

/// How much of its root a node reads while it boots. A real one: 32 to 45 MB.
struct Appetite {
  std::uint64_t bytes = 4 * 1024 * 1024;
  unsigned files = 300;  ///< of a root that is a plain tree
};

/// What became of one node; filled as it goes, read by the report.
struct NodeStory {
  std::string stage;              ///< the step under way
  std::vector<Step> timeline;     ///< of all boots
  std::string failure;            ///< of the step under way
  unsigned retries = 0;           ///< steps tried again
  unsigned start_overs = 0;       ///< reboots of the initramfs' own will
  std::uint64_t bytes = 0;        ///< overlay and root
  std::string label;              ///< "compute/7"
  std::vector<PieceRead> pieces;  ///< of the last boot
  unsigned waits = 0;             ///< times the gate said "wait"
  unsigned beats = 0;             ///< told to the head and answered
  std::optional<Tick> up_at;
  std::string host, token, boot_id;  ///< of the last boot that got its overlay
};

/// Where the head is, from the kernel line; none without rootstock.head= or rootstock.boot=.
struct HeadWords {
  Ipv4 head;
  std::uint16_t http = 80, nfs = 2049;
  std::string boot;  ///< "compute/7"
  static std::optional<HeadWords> parse(const std::vector<std::string>& words);
};

struct NodeBoot {
  Handover handover;
  Appetite appetite;
  Identity identity;
  NodeFault fault = NodeFault::none;
  std::string boot_id;
  Tick kernel_at{};  ///< the seconds that the node reports are counted from here
  std::function<Tick()> now;
  std::function<void()> on_up;
  std::uint32_t seed = 1;
};

/// What ends a node.
enum class NodeEnd : std::uint8_t {
  reboot,       ///< of its own will, as the initramfs does; or it was told to
  off,          ///< it was told to, or it fell dead
  needs_lease,  ///< the head knows no node with its address any more, or half of its lease is over
};

/// Boots, is up, and tells the head so until something ends it. The story belongs to the caller, who cancels
/// this before it ends it.
boost::asio::awaitable<NodeEnd> live(NodeBoot boot, std::shared_ptr<NodeStory> story);

}  // namespace rootstock::fleet
