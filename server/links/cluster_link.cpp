#include "server/links/cluster_link.hpp"

#include <fmt/format.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "server/links/netlink.hpp"
#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;

/// Changes come in bursts, and somebody else may take our address away for ever: one look per this time.
constexpr auto settle = std::chrono::milliseconds(100);

}  // namespace

struct ClusterLink::Impl {
  Impl(asio::io_context& event_loop, LinkOptions given, std::function<void()> call)
      : options(std::move(given)), on_ready(std::move(call)), events(event_loop), settling(event_loop) {}
  // The descriptor belongs to libnl.
  ~Impl() {
    if (events.is_open()) events.release();
  }

  Result<void, Failure> start() {
    auto opened = Netlink::open();
    if (!opened) return tl::unexpected{opened.error()};
    netlink.emplace(std::move(*opened));
    const auto descriptor = netlink->subscribe();
    if (!descriptor) return tl::unexpected{descriptor.error()};
    events.assign(*descriptor);
    wait();
    return look();
  }

  void wait() {
    events.async_wait(asio::posix::descriptor_base::wait_read, [this](boost::system::error_code error) {
      if (error) return;
      settling.expires_after(settle);
      settling.async_wait([this](boost::system::error_code stopped) {
        if (stopped) return;
        netlink->drain();
        if (const auto done = look(); !done)
          log::limited("link", done.error().what + "; " + done.error().hint);
        wait();
      });
    });
  }

  Result<void, Failure> look() {
    auto found = netlink->find(options.interface);
    if (!found) {
      if (state || !told_waiting)
        log::warning("interface {} is not there: waiting for it (is its adapter plugged in?)",
                     options.interface);
      told_waiting = true;
      state.reset();
      return {};
    }
    const bool is_new = !state || state->index != found->index;
    if (is_new && !found->up) {
      if (auto done = netlink->set_up(options.interface); !done) return done;
      found->up = true;
    }
    if (auto done = keep_address(found->index, is_new); !done) return done;
    tell(*found, is_new);
    state = found;
    if (!is_new && found->up && on_change) on_change();
    if (is_new) on_ready();
    return {};
  }

  /// Other addresses of the interface are none of our business and stay.
  Result<void, Failure> keep_address(int index, bool is_new) {
    if (netlink->has_address(index, options.address, options.prefix)) return {};
    if (auto done = netlink->add_address(index, options.address, options.prefix); !done) return done;
    const auto line =
        fmt::format("gave {} the address {}/{}", options.interface, options.address.text(), options.prefix);
    if (is_new)
      log::info("{}", line);
    else
      log::limited("address", line + " again: somebody took it away (NetworkManager? dhcpcd?)");
    return {};
  }

  void tell(const LinkState& found, bool is_new) {
    if (is_new && told_waiting) log::info("interface {} is there", options.interface);
    if (!is_new && state->up != found.up)
      log::warning("interface {} was set {}", options.interface, found.up ? "up" : "down by somebody");
    if (!is_new && state->carrier != found.carrier)
      log::info("{} {}", options.interface,
                found.carrier ? "sees its other end: the link is up"
                              : "sees no other end: is the cable plugged in and the switch on?");
    told_waiting = false;
  }

  LinkOptions options;
  std::function<void()> on_ready, on_change;
  std::optional<Netlink> netlink;
  asio::posix::stream_descriptor events;
  asio::steady_timer settling;
  std::optional<LinkState> state;
  bool told_waiting = false;
};

ClusterLink::ClusterLink(asio::io_context& loop, LinkOptions options, std::function<void()> on_ready)
    : impl_(std::make_unique<Impl>(loop, std::move(options), std::move(on_ready))) {}
ClusterLink::~ClusterLink() = default;

void ClusterLink::when_changed(std::function<void()> call) { impl_->on_change = std::move(call); }

Result<void, Failure> ClusterLink::start() { return impl_->start(); }

void ClusterLink::stop() {
  impl_->settling.cancel();
  if (impl_->events.is_open()) impl_->events.cancel();
}

bool ClusterLink::is_there() const { return impl_->state.has_value(); }
bool ClusterLink::has_carrier() const { return impl_->state && impl_->state->carrier; }

}  // namespace rootstock::server
