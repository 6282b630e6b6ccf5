#pragma once
// What boards and nodes ask on the cluster address: the boot view, the time, whether they may go on, their
// overlay; and what they report.

#include "server/boot/view.hpp"
#include "server/http/exchange.hpp"
#include "server/http/node_asks.hpp"
#include "server/http/node_boot_files.hpp"
#include "server/http/node_reports.hpp"
#include "server/nodes/front_desk.hpp"
#include "server/nodes/overlays.hpp"
#include "server/nodes/registry.hpp"
#include "server/nodes/vigil.hpp"

namespace rootstock::server {

class NodeSite {
 public:
  NodeSite(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays, Vigil& vigil,
           View::Ask ask = {});

  boost::asio::awaitable<Answer> answer(Request request);

 private:
  NodeBootFiles files_;
  NodeAsks asks_;
  NodeReports reports_;
};

}  // namespace rootstock::server
