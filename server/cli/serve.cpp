#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "server/cli/admin_client.hpp"
#include "server/host/check.hpp"
#include "server/keeper/keeper.hpp"
#include "server/worker/worker.hpp"

namespace rootstock::server {

namespace {

Findings blockers(const Settings& settings, bool move_nodes) {
  Findings found = check_host(settings);
  std::erase_if(found, [move_nodes](const Finding& finding) {
    return !finding.stops_serving || (move_nodes && finding.moves_nodes);
  });
  return found;
}

/// What a service that was killed leaves behind goes within a moment; a start right after it waits for that.
Findings lasting_blockers(const Settings& settings, bool move_nodes) {
  const auto may_pass = [](const Finding& finding) { return finding.may_pass; };
  auto found = blockers(settings, move_nodes);
  for (int tries = 0; tries < 10 && !found.empty() && std::all_of(found.begin(), found.end(), may_pass);
       ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    found = blockers(settings, move_nodes);
  }
  return found;
}

void keep(Context& context, const Settings& settings, bool move_nodes) {
  if (ask(settings.paths.socket(), "/status"))
    return context.failed({fmt::format("the service already runs with these settings: it answers at {}",
                                       settings.paths.socket().string()),
                           "`systemctl restart rootstock` starts it anew"});
  for (const auto& finding : lasting_blockers(settings, move_nodes))
    context.failed({finding.what, finding.hint}, exit_bad_input);
  if (context.exit_code == exit_ok)
    context.exit_code = run_keeper(settings, std::filesystem::absolute(context.settings_file));
}

}  // namespace

void add_serve(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("serve", "Run the service in the foreground (systemd starts it so)");
  const auto worker = std::make_shared<bool>(false), move_nodes = std::make_shared<bool>(false);
  command->add_flag("--worker", *worker)->group("");  // how the keeper starts the process that it keeps
  command->add_flag(
      "--move-nodes", *move_nodes,
      "Serve another network than before although nodes are up: they lose their root, and get a new "
      "address at their next boot");
  command->footer(
      R"(Needs root: a small process stays root to keep the link, NFS and the worker up; all that comes from the
network is handled by the worker, which gives root up. Ends in order on Ctrl-C or SIGTERM.

Exit code 2: it cannot start here; every reason is listed. `rootstock check` says more.)");
  command->callback([&context, worker, move_nodes] {
    const auto settings = context.settings();
    if (!settings) return;
    if (*worker)
      context.exit_code = run_worker(*settings);
    else
      keep(context, *settings, *move_nodes);
  });
}

}  // namespace rootstock::server
