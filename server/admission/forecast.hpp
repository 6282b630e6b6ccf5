#pragma once
// When will whose turn be? From the bytes that older boots still need and the rate at which bytes go out.

#include "server/admission/admission.hpp"

namespace rootstock::server {

/// A place in the queue.
struct Place {
  std::size_t position = 0, of = 0;  ///< 1: the next
  Gate gate = Gate::dhcp;
  std::chrono::seconds about{1};  ///< until its turn
};

class Forecast {
 public:
  /// What the head sent while boots loaded.
  void on_sent(std::uint64_t bytes) { sent_ += bytes; }
  /// One of them is up.
  void on_up() { ++boots_; }
  /// As long as no boot has ended.
  void set_usual(std::uint64_t bytes) { usual_ = bytes; }

  /// Of one boot, from its firmware to "up".
  double bytes_of_a_boot() const;

  /// Places of all who wait, in the order of the queue, at so many bytes per second.
  std::vector<std::pair<Admission::Key, Place>> places(const Admission& admission, double rate) const;

 private:
  std::uint64_t sent_ = 0, boots_ = 0, usual_ = 100 << 20;
};

}  // namespace rootstock::server
