#include "rootfs/restart_policy.hpp"

#include <algorithm>

namespace rootstock::rootfs {

RestartPolicy::Delay RestartPolicy::after(Time started, Time ended) {
  if (ended - started >= steady) {
    early_ends_ = 0;
    return first;
  }
  auto delay = first;
  for (int i = 0; i < early_ends_ && delay < longest; ++i) delay *= 2;
  ++early_ends_;
  return std::min(delay, longest);
}

}  // namespace rootstock::rootfs
