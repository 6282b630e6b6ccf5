#pragma once
// What the command line asks over the UNIX socket. Every answer is JSON.

#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "config/settings.hpp"
#include "server/boot/view.hpp"
#include "server/http/exchange.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

/// What each server has counted since start, by kind.
using Counters = std::map<std::string, std::uint64_t>;
using AllCounters = std::map<std::string, Counters>;

class AdminSite {
 public:
  AdminSite(const Settings& settings, View& view, Registry& registry, Overlays& overlays,
            std::function<AllCounters()> counters);

  boost::asio::awaitable<Answer> answer(Request request);

 private:
  Answer status() const;
  Answer nodes();
  Answer node(const std::string& name);
  Answer explanation(const Form& query);
  boost::asio::awaitable<Answer> overlay(std::string name);
  std::string next_label(const Node& node) const;

  const Settings& settings_;
  View& view_;
  Registry& registry_;
  Overlays& overlays_;
  std::function<AllCounters()> counters_;
  Time started_ = std::chrono::system_clock::now();
};

}  // namespace rootstock::server
