#pragma once
// What an administrator says to Slurm's controller (edge: scontrol, sinfo, squeue). Waits for the answer; the
// changes need root, or the account that the controller runs as.

#include <string>
#include <vector>

#include "config/result.hpp"
#include "server/slurm/slurm_jobs.hpp"
#include "server/slurm/slurm_nodes.hpp"

namespace rootstock::server {

struct SlurmPicture {
  SlurmNodes nodes;
  SlurmJobs jobs;
};

Result<SlurmPicture, Failure> look_at_slurm();

/// No new jobs; those that run go on.
Result<void, Failure> drain(const std::vector<std::string>& nodes, const std::string& reason);
/// Its jobs end now; batch jobs go back into the queue (JobRequeue).
Result<void, Failure> take_down(const std::vector<std::string>& nodes, const std::string& reason);
/// Takes the mark of drain() off. A node that is down stays down, until it registers anew
/// (ReturnToService=2).
Result<void, Failure> undrain(const std::vector<std::string>& nodes);
/// Each as soon as it has no job; it gets no new one before it is back.
Result<void, Failure> reboot_when_free(const std::vector<std::string>& nodes, const std::string& reason);

}  // namespace rootstock::server
