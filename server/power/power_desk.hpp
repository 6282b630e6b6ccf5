#pragma once
// Sends nodes down, and sees to it that they are off (edge: the clock, and knocking on the wire).

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/nodes/registry.hpp"
#include "server/power/going.hpp"
#include "server/power/knocker.hpp"

namespace rootstock::server {

class PowerDesk {
 public:
  PowerDesk(boost::asio::io_context& loop, Registry& registry, const std::string& interface);

  /// The order goes out with the answer to the node's next heartbeat. A later order takes an earlier one's
  /// place.
  void give(Node& node, Order order, std::chrono::seconds timeout);
  /// What the node has not heard yet it never hears; what it has heard it does.
  void take_back(Node& node);
  void stop();

  struct Progress {
    std::string name;
    Going going;
  };
  /// Orders that were given since the service started, also those that are over; by name.
  std::vector<Progress> progress() const;

 private:
  struct Case {
    Going going;
    std::optional<Moment> answer;  ///< the latest on the wire
    bool answers_knocks = false;   ///< has done so once, so that its silence means something
  };

  void tick();
  void wait();
  void listen(Moment now);
  void look(const std::string& name, Case& one, Moment now);

  Registry& registry_;
  Knocker knocker_;
  boost::asio::steady_timer timer_;
  std::map<std::string, Case> cases_;
  bool waiting_ = false;
};

}  // namespace rootstock::server
