#pragma once
// A head that sleeps: a laptop whose lid was shut. Its steady clock stands still meanwhile, and its nodes
// live on, so that afterwards they seem to have begun before they were seen to boot: as a twin's system
// would.

#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// How long this machine has slept since it was started (edge: the kernel's clocks).
Moment::duration slept_so_far();

/// The machine slept for so long: what was seen of boards before was seen so much longer ago.
void sleep_over(Registry& registry, Moment::duration slept);

}  // namespace rootstock::server
