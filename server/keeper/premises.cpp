#include "server/keeper/premises.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include "config/file.hpp"
#include "rootfs/tree_files.hpp"

namespace rootstock::server {
namespace {

Result<void, Failure> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (error)
    return fail(fmt::format("cannot make the folder {}: {}", folder.string(), error.message()),
                "start rootstock as root, and see paths.state and paths.run");
  ::chmod(folder.c_str(), 0755);
  return {};
}

std::string holder(int fd) {
  std::string text(32, '\0');
  const auto size = ::pread(fd, text.data(), text.size(), 0);
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Result<void, Failure> make_folders(const Settings& settings) {
  const auto& paths = settings.paths;
  for (const auto& folder : {paths.run, paths.state, paths.images(), paths.recipes()})
    if (auto done = make_folder(folder); !done) return done;
  return {};
}

Result<std::filesystem::path, Failure> keep_settings(const Settings& settings,
                                                     const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text) return tl::unexpected{text.error()};
  const auto copy = settings.paths.run / "settings.toml";
  if (const auto done = rootfs::write_file(copy, *text, std::filesystem::perms(0600)); !done)
    return tl::unexpected{done.error()};
  return copy;
}

Result<InstanceLock, Failure> InstanceLock::take(const Settings& settings) {
  const auto file = settings.paths.pid_file();
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0)
    return fail(fmt::format("cannot open {}: {}", file.string(), std::strerror(errno)),
                "start rootstock as root");
  InstanceLock lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
    return fail(
        fmt::format("rootstock already runs with {} (process {})", settings.paths.run.string(), holder(fd)),
        "stop it first, or give this instance a paths.run of its own");
  const auto line = std::to_string(::getpid()) + "\n";
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, line.data(), line.size(), 0) < 0)
    return fail(fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)), "is the disk full?");
  return lock;
}

InstanceLock::InstanceLock(InstanceLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

InstanceLock::~InstanceLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace rootstock::server
