#include "server/keeper/pins.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstring>

#include "server/log/log.hpp"

namespace rootstock::server {

Pins::Pins(boost::asio::io_context& loop, const Settings& settings)
    : network_(settings.network), most_(static_cast<std::size_t>(settings.slurm.max_nodes)), channel_(loop) {}

Pins::~Pins() {
  if (far_end_ >= 0) ::close(far_end_);
}

/// SOCK_SEQPACKET is a pipe that keeps records apart: half a record of one worker cannot spoil the next
/// one's.
Result<void, Failure> Pins::start() {
  auto netlink = Netlink::open();
  if (!netlink) return tl::unexpected{netlink.error()};
  netlink_.emplace(std::move(*netlink));
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(fmt::format("cannot make a channel for the worker: {}", std::strerror(errno)));
  channel_.assign(ends[0]);
  far_end_ = ends[1];
  listen();
  return {};
}

void Pins::listen() {
  channel_.async_wait(
      boost::asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
        if (error || !channel_.is_open()) return;
        std::array<std::uint8_t, 64> record{};
        for (;;) {
          const auto size = ::recv(channel_.native_handle(), record.data(), record.size(), 0);
          if (size < 0) break;
          const auto pin = parse_pin(std::span{record}.first(static_cast<std::size_t>(size)));
          if (pin)
            obey(*pin);
          else
            log::limited("pin", fmt::format("the worker sent {} bytes that are no pin: dropped", size));
        }
        listen();
      });
}

void Pins::obey(const Pin& pin) {
  if (const auto refusal = refusal_of(pin, network_); !refusal.empty())
    return log::limited("pin", "a pin that the worker asked for is refused: " + refusal);
  if (pin.mac && !held_.contains(pin.address) && held_.size() >= most_)
    return log::limited(
        "pin", fmt::format("{} boards have a pinned address already: raise slurm.max_nodes", held_.size()));
  // A board that moved to another address: its old one may be the next board's.
  if (pin.mac)
    for (auto it = held_.begin(); it != held_.end(); ++it)
      if (it->second == *pin.mac && it->first != pin.address) {
        static_cast<void>(apply({it->first, std::nullopt}));
        held_.erase(it);
        break;
      }
  if (const auto done = apply(pin); !done)
    return log::limited("pin", done.error().what + "; " + done.error().hint);
  if (pin.mac)
    held_[pin.address] = *pin.mac;
  else
    held_.erase(pin.address);
}

Result<void, Failure> Pins::apply(const Pin& pin) {
  const auto link = netlink_->find(network_.interface);
  if (!link) return {};  // unplugged: renew() follows when it is back
  log::debug("{} {}", pin.address.text(), pin.mac ? "is pinned to " + pin.mac->text() : "is pinned no more");
  return pin.mac ? netlink_->set_neighbour(link->index, pin.address, *pin.mac)
                 : netlink_->remove_neighbour(link->index, pin.address);
}

void Pins::renew() {
  for (const auto& [address, mac] : held_)
    if (const auto done = apply({address, mac}); !done) log::limited("pin", done.error().what);
}

void Pins::stop() {
  if (!channel_.is_open()) return;
  channel_.close();
  for (const auto& [address, mac] : held_)
    if (const auto done = apply({address, std::nullopt}); !done) log::limited("pin", done.error().what);
  held_.clear();
}

}  // namespace rootstock::server
