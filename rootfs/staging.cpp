#include "rootfs/staging.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

namespace rootstock::rootfs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = ".staging-";

/// The kernel writes blanks and the like in mount points as three octal digits: "\040".
std::string unescaped(const std::string& word) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\\' && i + 3 < word.size()) {
      text += static_cast<char>(std::stoi(word.substr(i + 1, 3), nullptr, 8));
      i += 3;
    } else {
      text += word[i];
    }
  }
  return text;
}

/// Mount points below `folder`, in the order they were mounted.
std::vector<std::string> mounts_below(const fs::path& folder) {
  std::ifstream in("/proc/self/mountinfo");
  std::vector<std::string> found;
  const std::string below = folder.string() + "/";
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string word;
    for (int field = 0; field < 5; ++field) words >> word;  // the fifth is the mount point, proc(5)
    if (auto point = unescaped(word); point.starts_with(below)) found.push_back(std::move(point));
  }
  return found;
}

}  // namespace

Lock::~Lock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<Lock, Failure> Lock::wait(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail("cannot open " + path.string() + ": " + std::strerror(errno));
  while (::flock(fd, LOCK_EX) != 0)
    if (errno != EINTR) {
      ::close(fd);
      return fail("cannot lock " + path.string() + ": " + std::strerror(errno));
    }
  return Lock(fd);
}

Lock Lock::attempt(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return {};
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return Lock(fd);
  ::close(fd);
  return {};
}

Result<void, Failure> remove_tree(const fs::path& folder) {
  std::error_code error;
  const auto real = fs::weakly_canonical(folder, error);
  auto mounted = mounts_below(real);
  for (auto point = mounted.rbegin(); point != mounted.rend(); ++point) ::umount2(point->c_str(), MNT_DETACH);
  if (mounted = mounts_below(real); !mounted.empty())
    return fail("cannot remove " + folder.string() + ": " + mounted.front() + " is still mounted",
                "unmount it: umount " + mounted.front());
  fs::remove_all(folder, error);
  if (error) return fail("cannot remove " + folder.string() + ": " + error.message());
  return {};
}

int sweep(const fs::path& image_folder) {
  int swept = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(image_folder, error)) {
    if (!entry.path().filename().string().starts_with(prefix)) continue;
    // Holding the lock proves that its maker is dead. A folder that cannot be removed now is tried again next
    // time.
    if (const auto lock = Lock::attempt(entry.path()); lock.holds())
      if (remove_tree(entry.path())) ++swept;
  }
  return swept;
}

Result<Staging, Failure> Staging::make(const fs::path& image_folder, std::size_t part) {
  std::error_code error;
  fs::create_directories(image_folder, error);
  // The worker, which is not root, looks in whatever the umask of the person who builds.
  for (const auto& folder : {image_folder.parent_path(), image_folder})
    if (!error) fs::permissions(folder, fs::perms(0755), error);
  if (error)
    return fail("cannot make " + image_folder.string() + ": " + error.message(),
                "building images needs root");
  const auto guard = Lock::wait(image_folder / ".lock");  // nobody sweeps between mkdir and lock
  if (!guard) return tl::unexpected{guard.error()};
  sweep(image_folder);
  const auto path =
      image_folder / (std::string(prefix) + std::to_string(::getpid()) + "-" + std::to_string(part));
  if (::mkdir(path.c_str(), 0700) != 0)
    return fail("cannot make " + path.string() + ": " + std::strerror(errno),
                errno == EEXIST ? "another build in this very process is under way" : "");
  auto lock = Lock::attempt(path);
  if (!lock.holds()) return fail("cannot lock " + path.string());
  return Staging(path, std::move(lock));
}

Staging::~Staging() {
  if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

}  // namespace rootstock::rootfs
