#pragma once
// How the worker ends: not in the middle of a file. Firmware of a Raspberry Pi whose file breaks off may stop
// for good (NETBOOT-FACTS 2.2: start4.elf, kernel, device tree), until somebody takes its power away.

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

#include "tftp/service.hpp"

namespace rootstock::server {

class Parting {
 public:
  Parting(boost::asio::io_context& loop, tftp::Service& tftp) : timer_(loop), tftp_(tftp) {}

  /// Turns new requests away, and calls `end` when nobody is in the middle of a file any more; in any case
  /// after 20 s, which is less than the keeper's patience.
  void then(std::function<void()> end);

 private:
  void wait(std::chrono::steady_clock::time_point latest);

  boost::asio::steady_timer timer_;
  tftp::Service& tftp_;
  std::function<void()> end_;
};

}  // namespace rootstock::server
