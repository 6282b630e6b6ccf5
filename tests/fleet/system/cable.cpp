#include "tests/fleet/system/cable.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace rootstock::fleet {
namespace {

constexpr int frames_at_once = 64;  ///< then the others have their turn

}  // namespace

Cable::Cable(boost::asio::io_context& loop, const FleetClock& clock, Nic head, Nic& kernel, const Weather& up,
             const Weather& down)
    : clock_(clock),
      head_(std::move(head)),
      kernel_(kernel),
      up_(up),
      down_(down),
      head_events_(loop, ::dup(head_.descriptor())),
      kernel_events_(loop, ::dup(kernel_.descriptor())),
      timer_(loop) {}

void Cable::start(Ends ends) {
  ends_ = std::move(ends);
  listen(head_events_, [this] {
    for (int count = 0; count < frames_at_once; ++count) {
      const auto frame = head_.read();
      if (!frame) break;
      down_.send(Frame(frame->begin(), frame->end()), clock_.now());
    }
    deliver();
  });
  listen(kernel_events_, [this] {
    for (int count = 0; count < frames_at_once; ++count) {
      const auto frame = kernel_.read();
      if (!frame) break;
      ends_.on_kernel_frame(*frame);
    }
  });
}

void Cable::listen(Descriptor& descriptor, std::function<void()> drain) {
  descriptor.async_wait(Descriptor::wait_read, [this, &descriptor, drain = std::move(drain)](
                                                   boost::system::error_code error) mutable {
    if (error) return;
    drain();
    listen(descriptor, std::move(drain));
  });
}

void Cable::send(Frame frame) {
  up_.send(std::move(frame), clock_.now());
  set_timer();
}

void Cable::to_kernel(Bytes frame) {
  Frame copy(frame.begin(), frame.end());
  std::ranges::copy(kernel_.mac().bytes, copy.begin());
  kernel_.write(copy);
}

/// What has arrived at either end by now.
void Cable::deliver() {
  const auto now = clock_.now();
  while (const auto frame = up_.take(now)) head_.write(*frame);
  while (const auto frame = down_.take(now)) ends_.on_frame(*frame);
  set_timer();
}

void Cable::set_timer() {
  const auto up = up_.next(), down = down_.next();
  if (!up && !down) return;
  const auto next = std::min(up.value_or(Tick::max()), down.value_or(Tick::max()));
  if (timer_at_ && *timer_at_ <= next) return;
  timer_at_ = next;
  timer_.expires_at(clock_.at(next));
  timer_.async_wait([this](boost::system::error_code error) {
    if (error) return;  // set anew, for an earlier frame
    timer_at_.reset();
    deliver();
  });
}

}  // namespace rootstock::fleet
