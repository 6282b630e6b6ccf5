#pragma once
// The small privileged process: gives the link its address, starts and restarts NFS-Ganesha and the worker.

#include <filesystem>

#include "config/settings.hpp"

namespace rootstock::server {

/// `settings_file` is handed to the worker, which reads it again. Serves until SIGTERM or SIGINT; the exit
/// status.
int run_keeper(const Settings& settings, const std::filesystem::path& settings_file);

}  // namespace rootstock::server
