#pragma once
// Tells the doorkeeper what the wire carries and what boards have to load, and wakes it when a turn comes
// (edge: the clock, the link, the images' folder).

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>

#include "config/settings.hpp"
#include "server/boot/generations.hpp"
#include "server/links/link_meter.hpp"
#include "server/nodes/doorkeeper.hpp"

namespace rootstock::server {

class Metering {
 public:
  Metering(boost::asio::io_context& loop, const Settings& settings, Doorkeeper& doorkeeper);

  void start();
  void stop();

 private:
  void wait();
  void look();
  void look_at_what_changes_seldom();
  std::uint64_t largest_file() const;
  void wake_soon();

  boost::asio::io_context& loop_;
  const Settings& settings_;
  Doorkeeper& doorkeeper_;
  LinkMeter link_;
  Generations generations_;
  boost::asio::steady_timer timer_;
  std::optional<std::uint64_t> sent_;
  Moment looked_{}, looked_far_{};
  bool waking_ = false;
};

}  // namespace rootstock::server
