#include "server/slurm/slurm_conf.hpp"

#include <fmt/format.h>

namespace rootstock::server {

std::string slurm_conf(const Settings& settings, const SlurmHead& head) {
  return fmt::format(
      R"(# Written by `rootstock slurm`. Your own lines belong into a file that includes this one.
ClusterName={cluster}
SlurmctldHost={host}({address})
SlurmctldPort={port}
SlurmUser={user}
AuthType=auth/munge

# Nodes fetch this file from the controller and register themselves with the CPUs and memory that they measured.
SlurmctldParameters=enable_configless
MaxNodeCount={nodes}
# The controller alone knows where dynamic nodes are, so it talks to each of them itself.
TreeWidth=65533
# A node that comes back after a reboot is ready again, whatever it was before.
ReturnToService=2
# A switch that is restarted, or a cable, may be gone for minutes: jobs on the nodes behind it go on meanwhile.
SlurmdTimeout=300
# `scontrol reboot`, and so `rootstock reboot`: the node goes down in order, and comes back over the network beside many
# others, some of them as slow as a Raspberry Pi 3.
RebootProgram=/usr/lib/rootstock/reboot
ResumeTimeout=1800

# Cores and memory are given out together, and a job gets no more than it asked for: cgroup.conf.
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ProctrackType=proctrack/cgroup
TaskPlugin=task/cgroup,task/affinity
# Without a default, the first small job would take a whole node's memory. More: --mem or --mem-per-cpu.
DefMemPerCPU=200
# A job that can never fit is refused at once instead of waiting for ever.
EnforcePartLimits=ALL

StateSaveLocation={state}
SlurmctldLogFile={log}
SlurmctldPidFile={pid}
# On the nodes, all in memory.
SlurmdSpoolDir=/var/spool/slurmd
SlurmdPidFile=/run/slurmd.pid

PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
)",
      fmt::arg("cluster", settings.cluster.name), fmt::arg("host", head.hostname),
      fmt::arg("address", settings.network.address.text()), fmt::arg("port", settings.slurm.controller_port),
      fmt::arg("user", head.user), fmt::arg("nodes", settings.slurm.max_nodes),
      fmt::arg("state", head.state.string()), fmt::arg("log", head.log.string()),
      fmt::arg("pid", head.pid.string()));
}

std::string cgroup_conf() {
  return "# Written by `rootstock slurm --write`; the nodes fetch it with slurm.conf.\n"
         "CgroupPlugin=autodetect\n"
         "ConstrainCores=yes\n"
         "ConstrainRAMSpace=yes\n"
         "# Nodes have no swap; a job that needs more memory than it asked for ends.\n"
         "ConstrainSwapSpace=yes\n"
         "AllowedSwapSpace=0\n";
}

}  // namespace rootstock::server
