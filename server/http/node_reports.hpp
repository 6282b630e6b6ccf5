#pragma once
// What nodes report of themselves: the steps of a boot, trouble, up, heartbeats, down.

#include "server/http/exchange.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/registry.hpp"
#include "server/nodes/vigil.hpp"

namespace rootstock::server {

class NodeReports {
 public:
  NodeReports(Registry& registry, FrontDesk& desk, Vigil& vigil)
      : registry_(registry), desk_(desk), vigil_(vigil) {}

  /// Null: `path` is none of theirs.
  using Report = Answer (NodeReports::*)(Node&, const Form&);
  static Report at(std::string_view path);

  Answer answer(Report report, const Request& request);

 private:
  Answer step(Node& node, const Form& form);
  Answer trouble(Node& node, const Form& form);
  Answer up(Node& node, const Form& form);
  Answer beat(Node& node, const Form& form);
  Answer down(Node& node, const Form& form);

  Registry& registry_;
  FrontDesk& desk_;
  Vigil& vigil_;
};

}  // namespace rootstock::server
