#include "server/host/check.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

namespace rootstock::server {

void check_privileges(const Settings& settings, Findings& found) {
  if (::geteuid() != 0)
    found.push_back({Severity::warning, "you are not root: what only root may see was not looked at",
                     "use sudo; the service needs root to open its ports, and gives it up then", true});
  const auto& [user, group, level] = settings.service;
  if (::getpwnam(user.c_str()) == nullptr)
    found.push_back({Severity::error,
                     fmt::format("there is no user {}, as whom the service talks to the network", user),
                     fmt::format("useradd --system --user-group --home-dir {} --no-create-home --shell "
                                 "/usr/sbin/nologin {}",
                                 settings.paths.state.string(), user),
                     true});
  if (::getgrnam(group.c_str()) == nullptr)
    found.push_back({Severity::error,
                     fmt::format("there is no group {}, who may use the service's socket", group),
                     fmt::format("groupadd --system {}", group), true});
}

Findings check_host(const Settings& settings) {
  Findings found;
  check_privileges(settings, found);
  check_link(settings, found);
  check_queues(settings, found);
  check_sharing(settings, found);
  check_ports(settings, found);
  check_storage(settings, found);
  check_moving(settings, found);
  check_programs(settings, found);
  check_emulation(settings, found);
  return found;
}

}  // namespace rootstock::server
