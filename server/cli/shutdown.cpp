#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "rootfs/process.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/power_round.hpp"

namespace rootstock::server {
namespace {

struct Options {
  std::vector<std::string> nodes;
  bool now = false, head = false, force = false;
  std::int64_t timeout = 600;
};

/// The one place that switches this machine off.
void switch_off_this_machine(Context& context) {
  const auto done = rootfs::run({"systemctl", "poweroff"});
  if (!done)
    context.failed(done.error());
  else if (done->status != 0)
    context.failed(
        {"this machine cannot be switched off: " + done->errors, "`systemctl poweroff` says more"});
}

void run(Context& context, const Options& options) {
  const auto settings = context.settings();
  const auto nodes = settings ? nodes_named(context, list_of_words(options.nodes)) : std::nullopt;
  if (!nodes) return;
  if (options.head && options.nodes != std::vector<std::string>{"all"} && !nodes->empty())
    return context.failed({"--head goes with all nodes, and some were named",
                           "the nodes' roots are on this machine: `rootstock shutdown --head`"},
                          exit_bad_input);
  const auto end =
      PowerRound(context, *settings, {Goal::off, *nodes, options.now, std::chrono::seconds{options.timeout}})
          .run();
  if (end == PowerRound::End::some_failed || end == PowerRound::End::interrupted)
    context.exit_code = exit_failed;
  if (!options.head) return;
  const bool all_off = end == PowerRound::End::well;
  if (all_off || (end == PowerRound::End::some_failed && options.force))
    return switch_off_this_machine(context);
  fmt::print(stderr, "rootstock: this machine stays on{}\n",
             end == PowerRound::End::some_failed ? ": not every node is off (--force does not mind)" : "");
}

}  // namespace

void add_shutdown(CLI::App& app, Context& context) {
  auto* command =
      app.add_subcommand("shutdown", "Switch nodes off, when their jobs have ended; last the head");
  const auto options = std::make_shared<Options>();
  command->add_option("NODES", options->nodes,
                      "Names, ranges (node[01-12,15]) or MAC addresses; all when none is named");
  command->add_flag("--now", options->now, "Wait for no job: batch jobs go back into the queue, others end");
  command
      ->add_option("--timeout", options->timeout,
                   "Of each node, from when its jobs have ended until it is off (as in 90s, 10m)")
      ->transform(CLI::AsNumberWithUnit(std::map<std::string, std::int64_t>{{"s", 1}, {"m", 60}, {"h", 3600}},
                                        CLI::AsNumberWithUnit::CASE_INSENSITIVE, "TIME"))
      ->check(CLI::Range(1, 24 * 3600))
      ->type_name("TIME")
      ->default_str("10m");
  command->add_flag("--head", options->head, "At the very end this machine, too, if every node is off");
  command->add_flag("--force", options->force, "With --head: also if a node is not");
  command->footer(
      R"(Each node is drained in Slurm, finishes its jobs, is told to switch itself off, and counts as off when it said
so and then nothing is heard of it any more: no heartbeat, no answer on the wire. Whoever is not off in time is named.
Slurm takes a node back by itself when it boots again. Ctrl-C ends the watching; nodes that still have jobs then stay
on and get jobs again.

Exit code 1: a node is not off.

Examples:
  rootstock shutdown 'node[05-08]'
  rootstock shutdown --now
  rootstock shutdown --head)");
  command->callback([&context, options] { run(context, *options); });
}

}  // namespace rootstock::server
