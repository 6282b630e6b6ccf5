#pragma once
// How a node is, in one word and why: what `rootstock nodes` shows. "up" is not what a node said once, but
// what is true now.

#include <string>

#include "server/nodes/registry.hpp"
#include "server/slurm/slurm_nodes.hpp"

namespace rootstock::server {

/// What Slurm says of one node.
struct SlurmSays {
  bool matters = false;             ///< this head has Slurm
  bool answers = false;             ///< its controller answered the latest question
  const SlurmNode* node = nullptr;  ///< none: it does not know this node
};

struct Condition {
  /// new, vacant, waiting, denied, queued, dhcp, loader, kernel, initramfs, overlay, root, starting, up,
  /// lost, off, trouble
  std::string word;
  std::string detail;  ///< why it is not up, or what to know although it is; "" when there is nothing to say
};

Condition condition_of(const Node& node, const SlurmSays& slurm, Moment now);

/// No heartbeat for three intervals, from a node that was up.
bool is_lost(const Node& node, Moment now);

/// Off by as much as this, and munge's and Slurm's messages begin to look odd; they bear five minutes.
inline constexpr double clock_tolerance = 5;  // seconds

}  // namespace rootstock::server
