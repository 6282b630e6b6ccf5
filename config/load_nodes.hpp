#pragma once
// The tables about nodes: [nodes], [groups.NAME], [[node]], [admission].

#include "config/settings.hpp"
#include "config/toml.hpp"

namespace rootstock {

/// The network must have been read: declared addresses belong to it.
void read_nodes_and_groups(const TomlTable& top, Settings& settings);

}  // namespace rootstock
