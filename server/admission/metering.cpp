#include "server/admission/metering.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>

#include "server/boot/orders.hpp"

namespace rootstock::server {
namespace {

constexpr std::chrono::milliseconds pace{500};
constexpr std::chrono::seconds seldom{5};

}  // namespace

Metering::Metering(boost::asio::io_context& loop, const Settings& settings, Doorkeeper& doorkeeper)
    : loop_(loop),
      settings_(settings),
      doorkeeper_(doorkeeper),
      link_(settings.network.interface),
      generations_(settings.paths.images()),
      timer_(loop) {}

void Metering::start() {
  doorkeeper_.on_room = [this] { wake_soon(); };
  look();
}

void Metering::stop() {
  doorkeeper_.on_room = nullptr;
  timer_.cancel();
}

void Metering::wait() {
  timer_.expires_after(pace);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) look();
  });
}

void Metering::look() {
  const auto now = Moment::clock::now();
  if (looked_far_ == Moment{} || now - looked_far_ > seldom) {
    looked_far_ = now;
    look_at_what_changes_seldom();
  }
  const auto sent = link_.sent();
  // Without a count, or when it begins anew, there is nothing to learn; turns come all the same.
  if (sent && sent_ && *sent >= *sent_)
    doorkeeper_.measure(std::chrono::duration<double>(now - looked_).count(), *sent - *sent_, now);
  else
    doorkeeper_.advance(now);
  sent_ = sent;
  looked_ = now;
  wait();
}

void Metering::look_at_what_changes_seldom() {
  doorkeeper_.set_bandwidth(Bandwidth::of(settings_.admission.bandwidth, link_.speed()));
  if (const auto bytes = largest_file(); bytes > 0) doorkeeper_.set_largest(bytes);
}

/// Of the generations that boards boot if they start now.
std::uint64_t Metering::largest_file() const {
  std::uint64_t largest = 0;
  for (const auto& image : images_named_in(settings_))
    for (const auto* architecture : {"arm64", "amd64"}) {
      const auto generation = generations_.active(image, architecture);
      if (!generation) continue;
      const auto folder = settings_.paths.images() / generation->label();
      for (const auto* name : {"kernel", "initramfs"}) {
        std::error_code error;
        const auto size = std::filesystem::file_size(folder / name, error);
        if (!error) largest = std::max<std::uint64_t>(largest, size);
      }
    }
  return largest;
}

/// Not within the call that made room: whoever made it is in the middle of something.
void Metering::wake_soon() {
  if (std::exchange(waking_, true)) return;
  boost::asio::post(loop_, [this] {
    waking_ = false;
    if (doorkeeper_.on_room) doorkeeper_.advance(Moment::clock::now());
  });
}

}  // namespace rootstock::server
