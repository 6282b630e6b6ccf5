#pragma once
// The boot view over HTTP.

#include "server/boot/view.hpp"
#include "server/http/exchange.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

class NodeBootFiles {
 public:
  NodeBootFiles(View& view, Registry& registry, FrontDesk& desk)
      : view_(view), registry_(registry), desk_(desk) {}

  Answer answer(const Request& request);

 private:
  Answer refusal(const Request& request, tftp::Refusal why);
  /// Writes down in the node's boot how the file goes out.
  void follow(Node& node, const BootName& name, Answer& answer);
  /// The node, as long as it is still in the boot that began at `boot`: a connection that a reset board left
  /// behind ends while the next boot is under way, and a node may be forgotten.
  Node* still(int number, Moment boot);

  View& view_;
  Registry& registry_;
  FrontDesk& desk_;
};

}  // namespace rootstock::server
