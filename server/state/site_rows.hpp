#pragma once
// What the state keeps of the site itself, and what a move of the network changes in it (edge: SQLite). Used
// before State is open: by `serve` and `check`, which only look, and by the worker at its start.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "server/state/moving.hpp"

namespace rootstock::server {

struct SiteRows {
  std::optional<HeadPlace> place;  ///< none: not kept yet
  std::vector<Seated> nodes;       ///< members
};

/// Changes nothing. Nothing is found where there is no state yet, or one of an older format.
Result<SiteRows, Failure> look_at_site(const std::filesystem::path& file);

/// Keeps the place that is served from now on. Nodes whose address does not fit there have none until they
/// boot again, and all else that they are; their names. The state is of the newest format already.
Result<std::vector<std::string>, Failure> settle_site(const std::filesystem::path& file,
                                                      const NetworkSettings& network);

}  // namespace rootstock::server
