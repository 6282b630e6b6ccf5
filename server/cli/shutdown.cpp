#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "rootfs/process.hpp"
#include "server/cli/chosen.hpp"
#include "server/cli/power_words.hpp"

namespace rootstock::server {
namespace {

struct Options {
  PowerWords words;
  bool head = false, force = false;
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
  const auto list = list_of_words(options.words.nodes);
  if (options.head && !list.empty() && list != "all")
    return context.failed({"--head goes with all nodes, and some were named",
                           "the nodes' roots are on this machine: `rootstock shutdown --head`"},
                          exit_bad_input);
  const auto end = send_down(context, Goal::off, options.words);
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
  options->words.timeout = 600;
  command->add_option("NODES", options->words.nodes,
                      "Names, ranges (node[01-12,15]) or MAC addresses; all when none is named");
  add_power_words(*command, options->words,
                  "Of each node, from when its jobs have ended until it is off (as in 90s, 10m)", "10m");
  command->add_flag("--head", options->head, "At the very end this machine, too, if every node is off");
  command->add_flag("--force", options->force, "With --head: also if a node is not");
  command->footer(
      R"(Each node is drained in Slurm, finishes its jobs, is told to switch itself off, and counts as off when it said
so and then nothing is heard of it any more: no heartbeat, no answer on the wire. One that boots just then is
told when it is up. Whoever is not off in time is named. Slurm takes a node back by itself when it boots again. Ctrl-C
ends the watching; nodes that still have jobs then stay on and get jobs again.

Exit code 1: a node is not off.

Examples:
  rootstock shutdown 'node[05-08]'
  rootstock shutdown --now
  rootstock shutdown --head)");
  command->callback([&context, options] { run(context, *options); });
}

}  // namespace rootstock::server
