#pragma once
// Where a recipe's packages come from (logic).

#include <map>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/apt_sources.hpp"
#include "rootfs/recipe.hpp"

namespace rootstock::rootfs {

/// Lines of an apt source list by the name that recipes know them by: the settings' [images.sources].
using NamedSources = std::map<std::string, std::string>;

/// The text of the .sources file for mmdebstrap. `of_host`: this machine's own sources.
Result<std::string, Failure> sources_text(const Recipe& recipe, const std::vector<AptSource>& of_host,
                                          const NamedSources& named);

}  // namespace rootstock::rootfs
