#pragma once
// The verbs of `rootstock nodes`, each group of them in a file of its own.

#include <boost/json/object.hpp>
#include <string>

#include "server/cli/command.hpp"

namespace rootstock::server {

/// approve, deny, replace, rename, forget, pin, group, set
void add_node_changes(CLI::App& nodes, Context& context);
/// declare
void add_declare(CLI::App& nodes, Context& context);
/// join
void add_join(CLI::App& nodes, Context& context);

/// What was changed, what could not be (to stderr, exit code 1), and what happens next.
void print_change(Context& context, const boost::json::object& answer);

}  // namespace rootstock::server
