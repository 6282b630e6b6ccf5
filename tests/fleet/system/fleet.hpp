#pragma once
// All boards at once on one cable, until they are where they should be: the composition of the firmware
// stage, the wire, and the nodes' TCP (edge: Boost.Asio).

#include <filesystem>
#include <map>
#include <set>

#include "tests/fleet/system/cable.hpp"
#include "tests/fleet/system/lent_address.hpp"
#include "tests/fleet/system/node.hpp"
#include "tests/fleet/system/outcome.hpp"
#include "tests/fleet/system/plan.hpp"

namespace rootstock::fleet {

struct FleetOptions {
  std::vector<Player> players;
  std::string nic;
  bool is_tap = true;
  Weather up, down;
  Tick start_within{5'000'000};
  Goal goal = Goal::up;
  Tick timeout{600'000'000};
  Tick stay{};  ///< so long boards that are up go on beating once all are there; a signal ends it sooner
  Appetite appetite;
  std::optional<std::filesystem::path> keep;
  std::uint32_t seed = 1;
};

/// Failure: it could not be played at all. What went wrong with a board is in the outcome.
Result<FleetOutcome, Failure> play(const FleetOptions& options);

}  // namespace rootstock::fleet
