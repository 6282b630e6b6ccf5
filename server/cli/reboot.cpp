#include <CLI/CLI.hpp>
#include <memory>

#include "server/cli/power_words.hpp"

namespace rootstock::server {

void add_reboot(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("reboot", "Reboot nodes, each when its jobs have ended");
  const auto words = std::make_shared<PowerWords>();
  words->timeout = 1800;
  command->add_option("NODES", words->nodes, R"(Names, ranges (node[01-12,15]) or MAC addresses; "all")")
      ->required();
  add_power_words(*command, *words,
                  "Of each node, from when its jobs have ended until it is up (as in 90s, 30m, 1h)", "30m");
  command->footer(
      R"(Slurm does it (scontrol reboot ASAP nextstate=RESUME): a node gets no new jobs, finishes those that it has,
reboots, and is given jobs again. Nodes that Slurm does not know, and all where slurm.enabled is false, are told by
the answer to their next heartbeat, as with --now. Shows what is waited for until each node is up again; Ctrl-C ends
only the watching.

Exit code 1: a node did not come back in time; it is named.

Examples:
  rootstock reboot node07
  rootstock reboot 'node[01-12]' --timeout 1h
  rootstock reboot node07 --now)");
  command->callback([&context, words] { send_down(context, Goal::reboot, *words); });
}

}  // namespace rootstock::server
