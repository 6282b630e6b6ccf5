#pragma once
// The few things the worker does while it still is root (edge: limits and owners of files).

#include <filesystem>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

/// A thousand transfers are a thousand descriptors.
void raise_file_limit();

/// Where the worker may write: in memory, for its eyes only.
std::filesystem::path scratch_folder(const Settings& settings);

/// Keeps which network is served; nodes with an address of another one get a new one at their next boot.
/// Whether they may be moved at all was asked before the service started (check_moving).
Result<void, Failure> settle_network(const Settings& settings);

/// The database and the scratch folder become the worker's own; all else that root has stays root's.
Result<void, Failure> hand_over_files(const Settings& settings);

}  // namespace rootstock::server
