#pragma once
// What an initramfs asks for before it has a root: may I go on, and what makes me myself.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>

#include "server/boot/view.hpp"
#include "server/http/exchange.hpp"
#include "server/nodes/doorkeeper.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"
#include "server/nodes/vigil.hpp"

namespace rootstock::server {

class NodeAsks {
 public:
  /// `ask`: the doorkeeper; without one, everybody may go on.
  NodeAsks(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays, Vigil& vigil, View::Ask ask);

  Answer gate(const Request& request);
  boost::asio::awaitable<Answer> overlay(Request request);

 private:
  Pass pass_of(Node& node);
  std::optional<std::string> must_start_over(const Node& node) const;
  std::optional<std::string> refusal(const Node* node, const Peer& peer) const;
  Answer refuse_overlay(Node* node, const Peer& peer, const std::string& why);

  View& view_;
  Registry& registry_;
  FrontDesk& desk_;
  Overlays& overlays_;
  Vigil& vigil_;
  View::Ask ask_;
};

}  // namespace rootstock::server
