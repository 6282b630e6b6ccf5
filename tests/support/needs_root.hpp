#pragma once
// Some tests need root: mounts, other users, namespaces. `sudo tests/run` runs them all; a plain user's
// `ctest` leaves them out, and says so.

#include <unistd.h>

#include "tests/support/catch.hpp"

namespace rootstock::tests {

inline bool is_root() {
  if (::geteuid() == 0) return true;
  WARN("left out: needs root");
  return false;
}

}  // namespace rootstock::tests
