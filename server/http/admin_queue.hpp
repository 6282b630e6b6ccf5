#pragma once
// Who loads, who waits, and why so many at once: what `rootstock queue` asks.

#include "server/http/admin_site.hpp"
#include "server/nodes/doorkeeper.hpp"

namespace rootstock::server {

class AdminQueue {
 public:
  AdminQueue(Registry& registry, const Doorkeeper& doorkeeper)
      : registry_(registry), doorkeeper_(doorkeeper) {}
  /// GET queue
  void register_at(AdminSite& site);

 private:
  Answer queue() const;

  Registry& registry_;
  const Doorkeeper& doorkeeper_;
};

}  // namespace rootstock::server
