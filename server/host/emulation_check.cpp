// Can images for boards of the other kind than the head be built here?

#include <fmt/format.h>

#include "rootfs/emulation.hpp"
#include "server/host/check.hpp"

namespace rootstock::server {

void check_emulation(const Settings&, Findings& found) {
  for (const char* architecture : {"amd64", "arm64"})
    if (const auto able = rootfs::can_run(architecture); !able)
      found.push_back(
          {Severity::warning,
           fmt::format("images for {} boards cannot be built here: {}", architecture, able.error().what),
           able.error().hint + "; or say in the recipe which boards you have: architectures = [...]"});
}

}  // namespace rootstock::server
