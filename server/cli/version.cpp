#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "server/cli/command.hpp"

namespace rootstock::server {

void add_version(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("version", "The version of this program");
  command->callback([&context] {
    if (context.json)
      fmt::print("{{\"version\":\"{}\"}}\n", ROOTSTOCK_VERSION);
    else
      fmt::print("rootstock {}\n", ROOTSTOCK_VERSION);
  });
}

}  // namespace rootstock::server
