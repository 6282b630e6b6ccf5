// The composition of the command line: each command registers itself and runs in its own file.

#include <CLI/CLI.hpp>
#include <exception>
#include <string>
#include <vector>

#include "config/diagnostic.hpp"
#include "server/cli/command.hpp"

using namespace rootstock::server;

namespace {

constexpr auto footer = R"(Examples:
  rootstock check                          is this machine ready to be a head?
  rootstock image build compute            make the image that nodes boot
  rootstock serve                          the service itself (systemd starts it)
  rootstock nodes --watch                  who is there, and how far each boot is, as it changes
  rootstock nodes join --for 10m           let new boards in, and tell each as it is plugged in
  rootstock nodes replace node07           the next new board takes the seat of a dead one
  rootstock explain 52:54:00:12:34:56      what this board would be told, and why
  rootstock reboot node07                  through Slurm, when its jobs have ended
  rootstock shutdown                       all nodes, each when its jobs have ended
  rootstock rehearse                       forty pretended boards boot from a copy of this head
  rootstock nodes --json | jq '.nodes[].name'

Exit codes, the same for every command:
  0  done
  1  the work itself failed
  2  the settings or the arguments are wrong; for `check`: the machine is not ready
  3  the service does not answer

Settings are explained line by line in share/rootstock/example.toml (config/example.toml of the sources).)";

/// A word where a command should be: CLI11 would only say that one is required.
int unknown_command(const CLI::App& app, Context& context, const std::string& word) {
  std::vector<std::string> commands;
  for (const auto* command : app.get_subcommands({})) commands.push_back(command->get_name());
  const auto meant = rootstock::nearest(word, commands);
  context.failed({"there is no command `" + word + "`",
                  meant.empty() ? "`rootstock --help` lists them" : "did you mean `" + meant + "`?"},
                 exit_bad_input);
  return context.exit_code;
}

int run(CLI::App& app, Context& context, int argc, char** argv) {
  try {
    app.parse(argc, argv);
    return context.exit_code;
  } catch (const CLI::RequiredError& error) {
    if (app.get_subcommands().empty() && app.remaining_size() > 0)
      return unknown_command(app, context, app.remaining().front());
    app.exit(error);
    return exit_bad_input;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_ok : exit_bad_input;
  } catch (const std::exception& error) {
    context.failed({error.what(), ""});
    return context.exit_code;
  }
}

}  // namespace

int main(int argc, char** argv) {
  Context context;
  CLI::App app{"Rootstock: plug a board into the switch, and it boots into a shared root and joins Slurm."};
  app.name("rootstock");
  app.footer(footer);
  app.fallthrough();  // --config and --json may stand behind the command too
  app.require_subcommand(1);
  app.add_option("--config", context.settings_file, "The settings file")
      ->type_name("FILE")
      ->capture_default_str();
  app.add_flag("--json", context.json, "Answer in JSON, for programs");
  add_check(app, context);
  add_serve(app, context);
  add_nodes(app, context);
  add_image(app, context);
  add_overlay(app, context);
  add_explain(app, context);
  add_reboot(app, context);
  add_shutdown(app, context);
  add_rehearse(app, context);
  add_slurm(app, context);
  add_queue(app, context);
  add_story(app, context);
  add_version(app, context);
  return run(app, context, argc, argv);
}
