#pragma once
// A folder in which a generation is made. Its lock tells a running build from the leftovers of a dead one:
// the kernel lets it go with the process, however that ended.

#include <filesystem>
#include <string>
#include <utility>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// An open file or folder, locked until this object goes.
class Lock {
 public:
  Lock() = default;
  Lock(Lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Lock& operator=(Lock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Lock();

  /// Waits for the lock of `path`; the file is made when it is not there.
  static Result<Lock, Failure> wait(const std::filesystem::path& path);
  /// Takes the lock of a folder if nobody holds it; holds() says so.
  static Lock attempt(const std::filesystem::path& folder);
  bool holds() const { return fd_ >= 0; }

 private:
  explicit Lock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

/// .staging-<pid>-<part> in an image's folder, readable by root alone; removed with the object.
class Staging {
 public:
  /// `part`: which of the generations that this process makes at once.
  static Result<Staging, Failure> make(const std::filesystem::path& image_folder, std::size_t part = 0);
  Staging(Staging&& other) noexcept : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  const std::filesystem::path& path() const { return path_; }
  /// The folder has been renamed: it is somebody else's now.
  void published() { path_.clear(); }

 private:
  Staging(std::filesystem::path path, Lock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

  std::filesystem::path path_;
  Lock lock_;
};

/// Removes the staging folders of dead processes; says how many.
int sweep(const std::filesystem::path& image_folder);

/// Unmounts whatever is mounted below, then removes everything. Removes nothing while something stays
/// mounted: behind it may lie the head's own files.
Result<void, Failure> remove_tree(const std::filesystem::path& folder);

}  // namespace rootstock::rootfs
