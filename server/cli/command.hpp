#pragma once
// What the commands of the CLI share. Each command is one file that registers itself on the CLI11 application.

#include <filesystem>
#include <optional>
#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace CLI {
class App;
}

namespace rootstock::server {

/// Exit codes, the same for every command.
enum ExitCode : int {
  exit_ok = 0,
  exit_failed = 1,       ///< the work itself failed
  exit_bad_input = 2,    ///< settings or arguments are wrong; for `check`: the host is not ready
  exit_not_running = 3,  ///< the command needs the service, which does not answer
};

struct Context {
  std::filesystem::path settings_file = "/etc/rootstock/rootstock.toml";
  bool json = false;
  int exit_code = exit_ok;

  /// The settings, or none after every fault was printed and exit_code set.
  std::optional<Settings> settings();
  /// Prints what and hint to stderr ("rootstock: ..."), sets exit_code.
  void failed(const Failure& failure, ExitCode code = exit_failed);
};

void add_serve(CLI::App& app, Context& context);
void add_check(CLI::App& app, Context& context);
void add_nodes(CLI::App& app, Context& context);
void add_image(CLI::App& app, Context& context);
void add_overlay(CLI::App& app, Context& context);
void add_explain(CLI::App& app, Context& context);
void add_reboot(CLI::App& app, Context& context);
void add_rehearse(CLI::App& app, Context& context);
void add_shutdown(CLI::App& app, Context& context);
void add_slurm(CLI::App& app, Context& context);
void add_queue(CLI::App& app, Context& context);
void add_story(CLI::App& app, Context& context);
void add_version(CLI::App& app, Context& context);

}  // namespace rootstock::server
