#include "config/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "config/letters.hpp"
#include "config/validate_network.hpp"
#include "config/validate_nodes.hpp"

namespace rootstock {

namespace {

void cluster_name(const Settings& s, Source& source) {
  const auto allowed = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; };
  const auto& name = s.cluster.name;
  if (!source.sound("cluster.name") ||
      (!name.empty() && name.size() <= 40 && is_lower(name[0]) && std::ranges::all_of(name, allowed)))
    return;
  source.fault(
      "cluster.name", fmt::format("\"{}\" cannot be the cluster's name", name),
      "Slurm wants a lower-case letter first, then lower-case letters, digits, '-' and '_', 40 at most");
}

void ports_differ(const Settings& s, Source& source) {
  const std::array<std::pair<const char*, std::uint16_t>, 6> all{
      {{"ports.dhcp", s.ports.dhcp},
       {"ports.tftp", s.ports.tftp},
       {"ports.http", s.ports.http},
       {"ports.nfs", s.ports.nfs},
       {"ports.binl", s.ports.binl},
       {"slurm.controller_port", s.slurm.controller_port}}};
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) {
      if (all[i].second != all[j].second || !source.sound(all[i].first) || !source.sound(all[j].first))
        continue;
      const bool later_is_given = source.has(all[i].first);
      source.fault(all[later_is_given ? i : j].first,
                   fmt::format("port {} is that of {} too", all[i].second, all[later_is_given ? j : i].first),
                   "give each service a port of its own");
    }
}

void path_is_absolute(const std::filesystem::path& path, const std::string& key, Source& source) {
  if (source.sound(key) && !path.is_absolute())
    source.fault(key, fmt::format("\"{}\" must be an absolute path", path.string()), "start it with '/'");
}

void paths(const Settings& s, Source& source) {
  path_is_absolute(s.paths.state, "paths.state", source);
  path_is_absolute(s.paths.run, "paths.run", source);
  path_is_absolute(s.slurm.munge_key, "slurm.munge_key", source);
  if (s.tftp.extra_files) path_is_absolute(*s.tftp.extra_files, "tftp.extra_files", source);
  for (std::size_t i = 0; source.sound("nodes.authorized_keys") && i < s.nodes.authorized_keys.size(); ++i)
    path_is_absolute(s.nodes.authorized_keys[i], fmt::format("nodes.authorized_keys[{}]", i), source);
}

/// sockaddr_un holds 107 characters; the admin socket lies in this folder.
void run_path_is_short(const Settings& s, Source& source) {
  if (source.sound("paths.run") && s.paths.socket().string().size() > 107)
    source.fault("paths.run", "the path is too long for a socket in it", "80 characters at most");
}

void state_and_run_differ(const Settings& s, Source& source) {
  if (source.sound("paths") &&
      (s.paths.state / "").lexically_normal() == (s.paths.run / "").lexically_normal())
    source.fault("paths.run", "is the same folder as `paths.state`",
                 "the first must survive a reboot, the second is cleared by it: take two");
}

void account_names(const Settings& s, Source& source) {
  const auto allowed = [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; };
  for (const auto& [key, name] :
       {std::pair{"service.user", s.service.user}, {"service.group", s.service.group}})
    if (source.sound(key) &&
        (name.empty() || name.size() > 32 || name[0] == '-' || !std::ranges::all_of(name, allowed)))
      source.fault(key, fmt::format("\"{}\" cannot be the name of an account", name),
                   R"(the default is "rootstock")");
}

void worker_is_not_root(const Settings& s, Source& source) {
  if (source.sound("service.user") && s.service.user == "root")
    source.fault("service.user", "the worker parses what the network sends and must not be root",
                 R"(leave it out: the default is "rootstock")");
}

void log_level(const Settings& s, Source& source) {
  const std::vector<std::string> levels{"debug", "info", "warning", "error"};
  const auto& level = s.service.log_level;
  if (!source.sound("service.log_level") || std::find(levels.begin(), levels.end(), level) != levels.end())
    return;
  const auto meant = nearest(level, levels);
  source.fault("service.log_level", fmt::format("\"{}\" is not a log level", level),
               meant.empty() ? fmt::format("one of {}", fmt::join(levels, ", "))
                             : fmt::format("did you mean \"{}\"?", meant));
}

}  // namespace

void validate(const Settings& settings, Source& source) {
  for (const auto rule :
       {cluster_name, validate_network, ports_differ, validate_nodes, paths, run_path_is_short,
        state_and_run_differ, account_names, worker_is_not_root, log_level})
    rule(settings, source);
}

}  // namespace rootstock
