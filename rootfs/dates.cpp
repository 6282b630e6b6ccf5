#include "rootfs/dates.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <vector>

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

struct Entry {
  fs::path path;
  std::time_t written = 0;
};

std::time_t written(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mtime : 0;
}

std::vector<Entry> entries_of(const fs::path& tree) {
  std::vector<Entry> all{{tree, written(tree)}};
  for (const auto& entry : fs::recursive_directory_iterator(tree))
    all.push_back({entry.path(), written(entry.path())});
  return all;
}

}  // namespace

Result<std::chrono::system_clock::time_point, Failure> date_back(
    const fs::path& tree, std::chrono::system_clock::time_point begin) {
  const auto first = std::chrono::system_clock::to_time_t(begin);
  const auto entries = entries_of(tree);
  std::time_t newest = 0;
  for (const auto& entry : entries)
    if (entry.written < first) newest = std::max(newest, entry.written);
  const std::array<timespec, 2> times{timespec{newest, 0}, timespec{newest, 0}};
  for (const auto& entry : entries)
    if (entry.written >= first &&
        ::utimensat(AT_FDCWD, entry.path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
      return fail("cannot set the date of " + entry.path.string() + ": " + std::strerror(errno));
  return std::chrono::system_clock::from_time_t(newest);
}

}  // namespace rootstock::rootfs
