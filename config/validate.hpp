#pragma once
// Rules for values that are well formed: what a setting may be, and what settings must be to each other.

#include "config/settings.hpp"
#include "config/source.hpp"

namespace rootstock {

/// Notes a fault in `source` for each rule broken. A rule passes over settings that could not be read: that
/// was told.
void validate(const Settings& settings, Source& source);

}  // namespace rootstock
