#pragma once
// `rootstock nodes --watch`: a table that stays true (edge: the terminal).

#include <string>

#include "server/cli/command.hpp"
#include "server/cli/screen.hpp"

namespace rootstock::server {

/// The size of the terminal that standard output is.
Window terminal_window();

/// Asks `target` each second until Ctrl-C. On a terminal the table is drawn over itself; else there is one
/// line for each change.
void watch_nodes(Context& context, const std::string& target);

}  // namespace rootstock::server
