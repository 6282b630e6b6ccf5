#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/value_from.hpp>
#include <cstdio>

#include "config/load.hpp"
#include "server/cli/command.hpp"

namespace rootstock::server {

namespace {

boost::json::object as_json(const Diagnostic& fault) {
  return {{"file", fault.file},
          {"line", fault.at.line},
          {"column", fault.at.column},
          {"error", fault.what},
          {"hint", fault.hint}};
}

}  // namespace

std::optional<Settings> Context::settings() {
  auto settings = load(settings_file);
  if (settings) return *settings;
  exit_code = exit_bad_input;
  fmt::print(stderr, "{}", text(settings.error()));
  if (json) {
    boost::json::array faults;
    for (const auto& fault : settings.error()) faults.push_back(as_json(fault));
    fmt::print("{}\n", boost::json::serialize(
                           boost::json::object{{"error", "the settings are wrong"}, {"faults", faults}}));
  }
  return std::nullopt;
}

void Context::failed(const Failure& failure, ExitCode code) {
  exit_code = code;
  fmt::print(stderr, "rootstock: {}\n", failure.what);
  if (!failure.hint.empty()) fmt::print(stderr, "  hint: {}\n", failure.hint);
  if (json)
    fmt::print("{}\n",
               boost::json::serialize(boost::json::object{{"error", failure.what}, {"hint", failure.hint}}));
}

}  // namespace rootstock::server
