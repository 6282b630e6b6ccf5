#pragma once
// What a boot comes to: is it well, and if not, what was seen, what that most likely means, what to do.

#include "server/state/node_record.hpp"
#include "server/story/boot_record.hpp"
#include "server/story/fault.hpp"
#include "server/story/surroundings.hpp"

namespace rootstock::server {

/// The first rule that fits speaks; the most specific stand first.
Conclusion conclude(const BootRecord& boot, const NodeRecord& node, const Surroundings& around, Moment now);

}  // namespace rootstock::server
