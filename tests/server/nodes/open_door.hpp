#pragma once
// A reception that lets everybody in at once, for tests of what comes after it.

#include "server/nodes/reception.hpp"

namespace rootstock::server {

struct OpenDoor {
  explicit OpenDoor(Registry& registry)
      : doorkeeper(registry, false, {}),
        reception({registry, doorkeeper, [](const NodeRecord&) {}, [](const NodeRecord&) {},
                   [] { return std::string(32, 'a'); }},
                  JoinMode::open) {}

  Doorkeeper doorkeeper;
  Reception reception;
};

}  // namespace rootstock::server
