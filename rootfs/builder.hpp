#pragma once
// A generation from a recipe (edge: mmdebstrap).

#include <filesystem>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "rootfs/packing.hpp"
#include "rootfs/recipe.hpp"
#include "rootfs/store.hpp"

namespace rootstock::rootfs {

Result<Generation, Failure> build_image(Store& store, const std::string& image, const Recipe& recipe,
                                        const Workshop& workshop);

/// mmdebstrap's arguments for a recipe whose sources, scripts, files and hooks lie in `staging`.
std::vector<std::string> mmdebstrap_arguments(const Recipe& recipe, const std::filesystem::path& staging,
                                              const std::vector<std::string>& apt_options);

}  // namespace rootstock::rootfs
