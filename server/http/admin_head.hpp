#pragma once
// What the head says of itself, and what it would say to a board.

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "config/settings.hpp"
#include "server/boot/view.hpp"
#include "server/http/admin_site.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// What each server has counted since start, by kind.
using Counters = std::map<std::string, std::uint64_t>;
using AllCounters = std::map<std::string, Counters>;

class AdminHead {
 public:
  AdminHead(const Settings& settings, View& view, Registry& registry, std::function<AllCounters()> counters);
  /// GET status, explain
  void register_at(AdminSite& site);

 private:
  Answer status() const;
  Answer explanation(const Form& query);

  const Settings& settings_;
  View& view_;
  Registry& registry_;
  std::function<AllCounters()> counters_;
  Time started_ = std::chrono::system_clock::now();
};

}  // namespace rootstock::server
