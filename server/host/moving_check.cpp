// Do the settings move the network away under nodes that are up?

#include <chrono>

#include "server/host/check.hpp"
#include "server/state/site_rows.hpp"

namespace rootstock::server {

void check_moving(const Settings& settings, Findings& found) {
  const auto site = look_at_site(settings.paths.database());
  if (!site) return;  // not for our eyes (told by check_privileges), or broken, which the worker tells
  const auto affected = cut_off(settings, site->place, site->nodes, std::chrono::system_clock::now());
  if (affected.empty()) return;
  const auto why = refusal(settings, site->place, affected);
  found.push_back({.severity = Severity::error,
                   .what = why.what,
                   .hint = why.hint,
                   .stops_serving = true,
                   .moves_nodes = true});
}

}  // namespace rootstock::server
