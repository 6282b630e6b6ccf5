#include "server/host/check.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "server/cli/command.hpp"

namespace rootstock::server {

namespace {

std::string_view word(Severity severity) { return severity == Severity::error ? "error" : "warning"; }

void print_json(const Findings& found, bool ready) {
  boost::json::array findings;
  for (const auto& finding : found)
    findings.push_back(
        {{"severity", word(finding.severity)}, {"what", finding.what}, {"hint", finding.hint}});
  fmt::print("{}\n", boost::json::serialize(boost::json::object{{"ready", ready}, {"findings", findings}}));
}

void print(const Findings& found, bool ready, const std::string& file) {
  fmt::print("{}: the settings are sound\n", file);
  for (const auto& finding : found) {
    fmt::print("{}: {}\n", word(finding.severity), finding.what);
    if (!finding.hint.empty()) fmt::print("  hint: {}\n", finding.hint);
  }
  fmt::print("{}\n", ready ? "this machine is ready to be a head" : "this machine is not ready to be a head");
}

void run(Context& context) {
  const auto settings = context.settings();
  if (!settings) return;
  auto found = check_host(*settings);
  check_wire(*settings, found);
  const bool ready =
      std::none_of(found.begin(), found.end(), [](auto& f) { return f.severity == Severity::error; });
  if (context.json)
    print_json(found, ready);
  else
    print(found, ready, context.settings_file.string());
  if (!ready) context.exit_code = exit_bad_input;
}

}  // namespace

void add_check(CLI::App& app, Context& context) {
  auto* command = app.add_subcommand("check", "Are the settings sound, and is this machine ready?");
  command->footer(
      R"(Looks at the settings file, the interface and its address, the ports and who holds them, the disk, the
programs needed and the image, and asks the cluster's wire for a few seconds who else answers DHCP there. Changes
nothing; use sudo, so that it may see everything.

Exit code 0: ready, perhaps with warnings. 2: at least one error; every one is listed, with what to do.

Examples:
  sudo rootstock check
  rootstock --config ./new.toml check)");
  command->callback([&context] { run(context); });
}

}  // namespace rootstock::server
