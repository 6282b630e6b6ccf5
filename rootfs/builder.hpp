#pragma once
// A generation from a recipe (edge: mmdebstrap).

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/packing.hpp"
#include "rootfs/recipe.hpp"
#include "rootfs/recipe_sources.hpp"
#include "rootfs/store.hpp"

namespace rootstock::rootfs {

/// One generation for each recipe, published together or not at all: the architectures of one image.
Result<std::vector<Generation>, Failure> build_image(Store& store, const std::string& image,
                                                     const std::vector<Recipe>& recipes,
                                                     const NamedSources& named, const Workshop& workshop);

/// mmdebstrap's arguments for a recipe whose sources, scripts, files and hooks lie in `staging`.
std::vector<std::string> mmdebstrap_arguments(const Recipe& recipe, const std::filesystem::path& staging,
                                              const std::vector<std::string>& apt_options);

}  // namespace rootstock::rootfs
