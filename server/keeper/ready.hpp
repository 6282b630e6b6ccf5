#pragma once
// How the worker tells the keeper that it serves: one line on a pipe that it inherits.

namespace rootstock::server {

/// The name of the environment variable that holds the number of the pipe's descriptor.
inline constexpr auto ready_variable = "ROOTSTOCK_READY_FD";

/// Called once by the worker when every port is open and root is given up. Does nothing in a worker that was
/// started by hand.
void report_ready();

}  // namespace rootstock::server
