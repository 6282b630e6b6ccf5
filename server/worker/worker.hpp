#pragma once
// The unprivileged process that parses all network bytes: DHCP, TFTP, HTTP. Opens its ports as root, then
// drops root.

#include "config/settings.hpp"

namespace rootstock::server {

/// Serves until SIGTERM or SIGINT; the exit status of the process.
int run_worker(const Settings& settings);

}  // namespace rootstock::server
