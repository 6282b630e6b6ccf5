#pragma once
// A rehearsal's stage: network, mounts and processes of its own, in which the real service finds its real
// settings and images, and an empty state (edge: namespaces, mounts, processes).

#include <string>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

struct Play {
  Settings settings;
  std::filesystem::path settings_file;
  std::vector<std::string> fleet;  ///< the program and its arguments
};

/// Starts the service, lets the fleet play against it, and takes everything down again. The fleet's exit
/// status. Nothing is left behind, also when this process is killed: all of it is in the namespaces, and they
/// end with their first process.
Result<int, Failure> perform(const Play& play);

/// rootstock-fleet, beside this program as it is installed or built.
Result<std::filesystem::path, Failure> fleet_program();

/// MiB that this machine has to give.
unsigned memory_available();

}  // namespace rootstock::server
