#pragma once
// Rules about [network] and [dhcp] (logic).

#include "config/settings.hpp"
#include "config/source.hpp"

namespace rootstock {

void validate_network(const Settings& settings, Source& source);

}  // namespace rootstock
