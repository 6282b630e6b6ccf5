#pragma once
// What boards and nodes ask on the cluster address: the boot view, the time, their overlay; and what they
// report.

#include "server/boot/view.hpp"
#include "server/http/exchange.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

class NodeSite {
 public:
  NodeSite(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays);

  boost::asio::awaitable<Answer> answer(Request request);

 private:
  Answer boot_file(const Request& request);
  Answer time() const;
  Answer up(const Request& request);
  Answer trouble(const Request& request);
  boost::asio::awaitable<Answer> overlay(Request request);
  Answer refuse_overlay(Node* node, const Peer& peer, const std::string& why);

  View& view_;
  Registry& registry_;
  FrontDesk& desk_;
  Overlays& overlays_;
};

}  // namespace rootstock::server
