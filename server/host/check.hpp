#pragma once
// Is this machine ready to be a head? Looks only; changes nothing. `rootstock check` prints all of it,
// `serve` ends at what stops it.

#include "config/settings.hpp"
#include "server/host/finding.hpp"

namespace rootstock::server {

Findings check_host(const Settings& settings);

/// The parts of it, each about one outside world.
void check_privileges(const Settings& settings, Findings& found);
void check_link(const Settings& settings, Findings& found);
void check_ports(const Settings& settings, Findings& found);
void check_storage(const Settings& settings, Findings& found);
void check_programs(const Settings& settings, Findings& found);

}  // namespace rootstock::server
