#pragma once
// Watches over the nodes from their initramfs on: takes what they report, writes it into their pulse and the
// story of their boot, and notices who is lost (edge: the clock and the log).

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <optional>
#include <string>

#include "server/nodes/front_desk.hpp"
#include "server/nodes/registry.hpp"

namespace rootstock::server {

class Vigil {
 public:
  Vigil(Registry& registry, FrontDesk& desk, std::function<void(const NodeRecord&)> save);

  /// Looks every few seconds for nodes that have fallen silent.
  void start(boost::asio::io_context& loop);
  void stop();
  void sweep(Moment now);

  /// `model`: what its device tree or SMBIOS calls the board.
  void on_gate(Node& node, const std::string& boot, const std::string& model);
  /// `link`: seconds from the link to DHCP's answer, with the step "address".
  void on_step(Node& node, const std::string& step, double seconds, std::optional<double> link);
  void on_up(Node& node, const UpReport& report, const std::string& boot);
  /// What the node is ordered to do: "", "reboot" or "poweroff".
  std::string on_beat(Node& node, Beat beat);
  void on_down(Node& node, const std::string& boot, const std::string& how);

 private:
  void tell(const Node& node, const std::string& words);
  void heard(Node& node);
  void wait();

  Registry& registry_;
  FrontDesk& desk_;
  std::function<void(const NodeRecord&)> save_;
  std::optional<boost::asio::steady_timer> timer_;
};

}  // namespace rootstock::server
