#pragma once
// Is this machine ready to be a head? Looks only; changes nothing. `rootstock check` prints all of it,
// `serve` ends at what stops it.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "server/host/finding.hpp"

namespace rootstock::server {

Findings check_host(const Settings& settings);

/// Asks the cluster's wire who else answers DHCP there; takes seconds, and root.
void check_wire(const Settings& settings, Findings& found);

/// The parts of check_host, each about one outside world.
void check_privileges(const Settings& settings, Findings& found);
void check_sharing(const Settings& settings, Findings& found, const std::filesystem::path& root = "/");
void check_link(const Settings& settings, Findings& found);
void check_queues(const Settings& settings, Findings& found);
/// `kinds`: of the interface, as in queueing.hpp.
std::optional<Finding> judge_queues(const std::string& interface, const std::vector<std::string>& kinds);
void check_ports(const Settings& settings, Findings& found);
void check_storage(const Settings& settings, Findings& found);
/// Nodes that are up, and would be cut off by settings of another network.
void check_moving(const Settings& settings, Findings& found);
void check_programs(const Settings& settings, Findings& found);
void check_emulation(const Settings& settings, Findings& found);

}  // namespace rootstock::server
