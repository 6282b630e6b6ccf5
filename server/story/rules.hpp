#pragma once
// One small function per fault: diagnose.cpp says in which order they are asked.

#include <optional>
#include <string>

#include "dhcp/dialect.hpp"
#include "server/state/node_record.hpp"
#include "server/story/boot_data.hpp"
#include "server/story/fault.hpp"
#include "server/story/surroundings.hpp"

namespace rootstock::server::rules {

/// All that a rule looks at.
struct Case {
  const BootData& boot;
  const NodeRecord& node;
  const Surroundings& around;
  Moment now;

  bool watched() const { return boot.started != Moment{}; }
  bool is_up() const { return boot.stage == Stage::up; }
  bool booting() const { return watched() && boot.up_at == Moment{} && boot.stage != Stage::off; }
  /// Seconds without a word of the board; none while something is on its way to it.
  double silence() const;
  double since(Moment moment) const;
  dhcp::Dialect dialect() const;
  bool no_file_yet() const;
};

using Verdict = std::optional<Conclusion>;

// By what is known of the node itself.
Verdict denied(const Case& seen);
Verdict identity_in_doubt(const Case& seen);
Verdict waiting_for_approval(const Case& seen);
Verdict nobody_there(const Case& seen);
Verdict went_down(const Case& seen);
Verdict queued(const Case& seen);

// Before its first file.
Verdict rival_dhcp(const Case& seen);
Verdict never_heard(const Case& seen);
Verdict not_accepted(const Case& seen);
Verdict refused_address(const Case& seen);
Verdict spanning_tree(const Case& seen);

// While it fetches.
Verdict wrong_image(const Case& seen);
Verdict missing_file(const Case& seen);
Verdict slow_link(const Case& seen);
Verdict stopped_before_files(const Case& seen);
Verdict stopped_after_file(const Case& seen);

// From its kernel on.
Verdict out_of_memory(const Case& seen);
Verdict clock_not_set(const Case& seen);
Verdict root_not_mounted(const Case& seen);
Verdict own_trouble(const Case& seen);
Verdict no_overlay_asked(const Case& seen);
Verdict never_up(const Case& seen);

// Of a node that is up.
Verdict lost(const Case& seen);
Verdict wrong_clock(const Case& seen);
Verdict slurm_silent(const Case& seen);

}  // namespace rootstock::server::rules
