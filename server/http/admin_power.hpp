#pragma once
// What the command line asks of power: orders to nodes, and how far they are.

#include "server/http/admin_site.hpp"
#include "server/nodes/registry.hpp"
#include "server/power/power_desk.hpp"

namespace rootstock::server {

/// POST /order {"nodes": ["node01"], "order": "reboot" | "poweroff" | "none", "timeout": seconds};
/// GET /order: {"orders": [{"name", "order", "step", "words", "over", "seconds"}]}.
void add_power(AdminSite& site, Registry& registry, PowerDesk& desk);

}  // namespace rootstock::server
