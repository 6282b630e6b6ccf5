#include "rootfs/durable.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "rootfs/tree_files.hpp"

namespace rootstock::rootfs {

namespace fs = std::filesystem;

Result<void, Failure> sync(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const bool good = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!good) return fail("cannot write " + path.string() + " to disk: " + std::strerror(error));
  return {};
}

namespace {

/// Many small files, as in boot/ and in a plain tree: the file system's own sync takes all of them at once.
Result<void, Failure> sync_around(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = fd >= 0 && ::syncfs(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!good) return fail("cannot write " + folder.string() + " to disk: " + std::strerror(error));
  return {};
}

}  // namespace

Result<void, Failure> sync_all(const fs::path& folder) {
  bool has_folders = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    has_folders = has_folders || entry.is_directory();
    if (!entry.is_regular_file()) continue;
    if (const auto done = sync(entry.path()); !done) return done;
  }
  if (has_folders)
    if (const auto done = sync_around(folder); !done) return done;
  return sync(folder);
}

Result<void, Failure> replace_file(const fs::path& file, const std::string& text) {
  const fs::path fresh = file.string() + ".new";
  auto done = write_file(fresh, text, fs::perms(0644));
  if (done) done = sync(fresh);
  if (done && ::rename(fresh.c_str(), file.c_str()) != 0)
    done = fail("cannot write " + file.string() + ": " + std::strerror(errno));
  if (done) return sync(file.parent_path());
  ::unlink(fresh.c_str());
  return done;
}

}  // namespace rootstock::rootfs
