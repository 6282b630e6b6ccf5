#pragma once
// Rules about [nodes] and [groups.NAME] (logic). Those about [[node]] are in declared.hpp.

#include "config/settings.hpp"
#include "config/source.hpp"

namespace rootstock {

void validate_nodes(const Settings& settings, Source& source);

}  // namespace rootstock
