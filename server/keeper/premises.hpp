#pragma once
// The folders of one instance, and the lock that makes it the only one.

#include <filesystem>

#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

/// Makes paths.run and paths.state with what belongs in them. Root keeps them: the worker may use, not
/// replace, what lies in them.
Result<void, Failure> make_folders(const Settings& settings);

/// A copy of the settings for every worker that there will be: what is edited later counts from the next
/// start of the service on, not from whenever a worker has to be started again. Its path.
Result<std::filesystem::path, Failure> keep_settings(const Settings& settings,
                                                     const std::filesystem::path& file);

/// Held as long as this lives, also when we are killed: the kernel lets go of it with the descriptor.
class InstanceLock {
 public:
  static Result<InstanceLock, Failure> take(const Settings& settings);
  InstanceLock(InstanceLock&& other) noexcept;
  InstanceLock& operator=(InstanceLock&&) = delete;
  ~InstanceLock();

 private:
  explicit InstanceLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace rootstock::server
