#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "server/cli/chosen.hpp"
#include "server/cli/power_round.hpp"

namespace rootstock::server {
namespace {

struct Options {
  std::vector<std::string> nodes;
  bool now = false;
  std::int64_t timeout = 1800;
};

void run(Context& context, const Options& options) {
  const auto settings = context.settings();
  const auto nodes = settings ? nodes_named(context, list_of_words(options.nodes)) : std::nullopt;
  if (!nodes) return;
  const auto end = PowerRound(context, *settings,
                              {Goal::reboot, *nodes, options.now, std::chrono::seconds{options.timeout}})
                       .run();
  if (end == PowerRound::End::some_failed || end == PowerRound::End::interrupted)
    context.exit_code = exit_failed;
}

}  // namespace

void add_reboot(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("reboot", "Reboot nodes, each when its jobs have ended");
  const auto options = std::make_shared<Options>();
  command->add_option("NODES", options->nodes, R"(Names, ranges (node[01-12,15]) or MAC addresses; "all")")
      ->required();
  command->add_flag("--now", options->now, "Wait for no job: batch jobs go back into the queue, others end");
  command
      ->add_option("--timeout", options->timeout,
                   "Of each node, from when its jobs have ended until it is up (as in 90s, 30m, 1h)")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, std::int64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                        CLI::AsNumberWithUnit::CASE_INSENSITIVE, "TIME"))
      ->check(CLI::Range(1, 24 * 3600))
      ->type_name("TIME")
      ->default_str("30m");
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
  command->callback([&context, options] { run(context, *options); });
}

}  // namespace rootstock::server
