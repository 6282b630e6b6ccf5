#pragma once
// Sees what is around a boot - the wire, Slurm, the node's heartbeats - and says what the boot comes to
// (edge: the clock, and the kernel's neighbour table).

#include <string>

#include "config/settings.hpp"
#include "server/links/spanning_tree.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/registry.hpp"
#include "server/slurm/watch.hpp"
#include "server/story/diagnose.hpp"

namespace rootstock::server {

class Lookout {
 public:
  Lookout(const Settings& settings, Registry& registry, const FrontDesk& desk, const SlurmWatch& slurm,
          const SpanningTreeListener& bridges);

  Surroundings around(const Node& node, Moment now) const;
  /// `over`: a later boot of this board has begun.
  Conclusion conclude(const Node& node, const BootRecord& boot, bool over) const;
  Conclusion conclude(const Node& node) const { return conclude(node, node.boot, false); }

 private:
  int booting_beside(const Node& node) const;

  std::string interface_;
  Registry& registry_;
  const FrontDesk& desk_;
  const SlurmWatch& slurm_;
  const SpanningTreeListener& bridges_;
  Moment head_started_ = Moment::clock::now();
};

}  // namespace rootstock::server
