#pragma once
// The keeper's end of the pins: hears what the worker asks for, and tells the kernel (edge: a socket pair).

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>
#include <optional>
#include <string>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "rootfs/child.hpp"
#include "server/keeper/pin.hpp"
#include "server/links/netlink.hpp"

namespace rootstock::server {

/// The name of the environment variable that holds the number of the worker's end.
inline constexpr auto pins_variable = "ROOTSTOCK_PINS_FD";

/// Pins outlive the worker: a board that is loading files when the worker is started anew goes on asking, and
/// still answers no ARP. They end with the keeper, which takes its own off. (One that was killed leaves them
/// in the kernel: true as long as the board keeps its address, and replaced or taken off when it does not.)
class Pins {
 public:
  Pins(boost::asio::io_context& loop, const Settings& settings);
  ~Pins();
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  /// Opens the channel and listens. The worker's end is for every worker there will be.
  Result<void, Failure> start();
  rootfs::HandedOn workers_end() const { return {pins_variable, far_end_}; }

  /// The interface is another one than before, so the kernel has forgotten: pins all anew.
  void renew();
  /// Takes all pins off, and hears no more.
  void stop();

 private:
  void listen();
  void obey(const Pin& pin);
  Result<void, Failure> apply(const Pin& pin);

  const NetworkSettings& network_;
  std::size_t most_;
  boost::asio::posix::stream_descriptor channel_;
  int far_end_ = -1;
  std::optional<Netlink> netlink_;
  std::map<Ipv4, Mac> held_;
};

}  // namespace rootstock::server
