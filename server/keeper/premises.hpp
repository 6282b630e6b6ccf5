#pragma once
// The folders of one instance, and the lock that makes it the only one.

#include "config/result.hpp"
#include "config/settings.hpp"

namespace rootstock::server {

/// Makes paths.run and paths.state with what belongs in them. Root keeps them: the worker may use, not
/// replace, what lies in them.
Result<void, Failure> make_folders(const Settings& settings);

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
