#pragma once
// The head's Slurm configuration, as text. No node is ever typed into it: nodes fetch it from slurmctld
// (configless) and register what they measured of themselves (dynamic nodes).

#include <filesystem>
#include <string>

#include "config/settings.hpp"

namespace rootstock::server {

/// Where slurmctld keeps its things on the head; Debian's places.
struct SlurmHead {
  std::string hostname;  ///< the head's own short name, as `hostname -s` says it
  std::string user = "slurm";
  std::filesystem::path state = "/var/lib/slurm/slurmctld";
  std::filesystem::path log = "/var/log/slurm/slurmctld.log";
  std::filesystem::path pid = "/run/slurmctld.pid";
};

std::string slurm_conf(const Settings& settings, const SlurmHead& head);
std::string cgroup_conf();

}  // namespace rootstock::server
