#include "server/slurm/slurm_jobs.hpp"

#include <algorithm>

#include "server/nodes/hostlist.hpp"

namespace rootstock::server {

SlurmJobs parse_squeue(std::string_view text) {
  SlurmJobs jobs;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const auto bar = line.find('|');
    if (bar == std::string_view::npos || bar == 0 || bar + 1 == line.size()) continue;
    if (const auto nodes = expand(line.substr(bar + 1)))
      for (const auto& node : *nodes) jobs[node].emplace_back(line.substr(0, bar));
  }
  return jobs;
}

}  // namespace rootstock::server
