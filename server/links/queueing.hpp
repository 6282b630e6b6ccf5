#pragma once
// In what order the kernel sends what waits for an interface (edge: libnl).

#include <string>
#include <vector>

namespace rootstock::server {

/// Its queueing disciplines, as tc(8) calls them: "fq_codel", or "mq" and those below it. Empty: there is no
/// such interface, or the kernel does not tell.
std::vector<std::string> queues_of(const std::string& interface);

}  // namespace rootstock::server
