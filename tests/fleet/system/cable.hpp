#pragma once
// The cable between the boards and the head, and the way of the kernel's frames onto it (edge: Boost.Asio).
//
//   boards' frames ─► up wire ─► head's NIC            TCP of this machine ─► TAP `boards` ─► on_kernel_frame
//   boards ◄─ down wire ◄─ head's NIC                  TCP of this machine ◄─ TAP `boards` ◄─ to_kernel()

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "tests/fleet/system/playground.hpp"
#include "tests/fleet/wire.hpp"

namespace rootstock::fleet {

/// The time of the whole fleet.
class FleetClock {
 public:
  Tick now() const { return std::chrono::duration_cast<Tick>(std::chrono::steady_clock::now() - begun_); }
  std::chrono::steady_clock::time_point at(Tick tick) const { return begun_ + tick; }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

class Cable {
 public:
  struct Ends {
    std::function<void(Bytes)> on_frame;         ///< reached the boards
    std::function<void(Bytes)> on_kernel_frame;  ///< this machine's TCP wants it sent
  };
  Cable(boost::asio::io_context& loop, const FleetClock& clock, Nic head, Nic& kernel, const Weather& up,
        const Weather& down);

  void start(Ends ends);
  void send(Frame frame);
  /// For this machine's TCP, whichever board it was sent to.
  void to_kernel(Bytes frame);

  const Wire& up() const { return up_; }
  const Wire& down() const { return down_; }

 private:
  using Descriptor = boost::asio::posix::stream_descriptor;
  void listen(Descriptor& descriptor, std::function<void()> drain);
  void deliver();
  void set_timer();

  const FleetClock& clock_;
  Nic head_;
  Nic& kernel_;
  Wire up_, down_;
  Ends ends_;
  Descriptor head_events_, kernel_events_;
  boost::asio::steady_timer timer_;
  std::optional<Tick> timer_at_;
};

}  // namespace rootstock::fleet
