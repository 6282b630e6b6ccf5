#include "server/worker/as_root.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "server/log/log.hpp"
#include "server/nodes/hostlist.hpp"
#include "server/state/database.hpp"
#include "server/state/site_rows.hpp"

namespace rootstock::server {

void raise_file_limit() {
  constexpr rlim_t wanted = 65536, enough = 4096;
  rlimit limit{wanted, wanted};
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) return;
  ::getrlimit(RLIMIT_NOFILE, &limit);  // a container may forbid more than it has
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur < enough)
    log::warning("only {} files may be open at once: no more boards than that can boot at the same time",
                 limit.rlim_cur);
}

std::filesystem::path scratch_folder(const Settings& settings) { return settings.paths.run / "worker"; }

Result<void, Failure> settle_network(const Settings& settings) {
  const auto file = settings.paths.database();
  if (auto made = Database::open(file); !made) return tl::unexpected{made.error()};
  const auto moved = settle_site(file, settings.network);
  if (!moved) return tl::unexpected{moved.error()};
  if (!moved->empty())
    log::warning("{} get another address at the next boot: theirs is not of {}", fold(*moved),
                 settings.network.subnet.text());
  return {};
}

Result<void, Failure> hand_over_files(const Settings& settings) {
  const passwd* user = ::getpwnam(settings.service.user.c_str());
  const ::group* group = ::getgrnam(settings.service.group.c_str());
  if (user == nullptr || group == nullptr)
    return fail(
        fmt::format("there is no user '{}' or no group '{}'", settings.service.user, settings.service.group),
        "adduser --system --group --no-create-home " + settings.service.user);
  const auto give = [&](const std::filesystem::path& path) {
    return ::chown(path.c_str(), user->pw_uid, group->gr_gid);
  };

  const auto scratch = scratch_folder(settings);
  if (::mkdir(scratch.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(fmt::format("cannot make {}: {}", scratch.string(), std::strerror(errno)),
                "is paths.run a folder of root?");
  const auto database = settings.paths.database();
  for (const auto& file : {scratch, database})
    if (give(file) != 0)
      return fail(fmt::format("cannot give {} to {}: {}", file.string(), settings.service.user,
                              std::strerror(errno)));
  // SQLite's companions of the database come and go.
  for (const auto* companion : {"-wal", "-shm"})
    if (give(database.string() + companion) != 0 && errno != ENOENT)
      return fail(fmt::format("cannot give {}{} to {}: {}", database.string(), companion,
                              settings.service.user, std::strerror(errno)));
  return {};
}

}  // namespace rootstock::server
