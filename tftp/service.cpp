#include "tftp/service.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <exception>
#include <optional>
#include <utility>

#include "tftp/conversations.hpp"
#include "tftp/socket.hpp"
#include "tftp/socket_batch.hpp"

namespace rootstock::tftp {

namespace asio = boost::asio;

namespace {

constexpr auto as_value = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t transfer_ports = 8;
constexpr int request_port = -1;
// Batches taken from one socket before everybody else in the process gets a turn.
constexpr int batches_per_turn = 16;
/// Longer than firmware takes to send an ACK again.
constexpr std::chrono::seconds still_there{2};

Time now() { return std::chrono::steady_clock::now(); }

/// A fault that nobody foresaw ends the process, which is started again; else its port would stay deaf.
void pass_on(std::exception_ptr fault) {
  if (fault) std::rethrow_exception(fault);
}

}  // namespace

struct Service::Impl {
  /// A socket and its readiness; `port` is its index among the transfer ports, or request_port.
  struct Channel {
    UdpSocket socket;
    int port;
    asio::posix::stream_descriptor readiness;

    Channel(asio::io_context& loop, UdpSocket opened, int index)
        : socket(std::move(opened)), port(index), readiness(loop, socket.fd()) {}
    ~Channel() { readiness.release(); }  // the socket closes itself
  };

  asio::io_context& loop;
  ServiceOptions options;
  FileSource& files;
  Observer& observer;
  std::deque<Channel> channels;
  Inbox inbox;
  std::optional<Outbox> outbox;
  std::optional<Conversations> conversations;
  asio::steady_timer timer;
  // Shared with the coroutines, which may wake up once more after the service is gone.
  std::shared_ptr<bool> serving = std::make_shared<bool>(false);

  Impl(asio::io_context& io, ServiceOptions chosen, FileSource& source, Observer& watcher)
      : loop(io), options(std::move(chosen)), files(source), observer(watcher), timer(io) {}

  Result<void, Failure> open() {
    std::vector<int> descriptors;
    for (int port = request_port; port < static_cast<int>(transfer_ports); ++port) {
      auto socket = UdpSocket::open(options.interface, options.address,
                                    port == request_port ? options.port : std::uint16_t{0});
      if (!socket) return tl::unexpected{socket.error()};
      if (port != request_port) descriptors.push_back(socket->fd());
      channels.emplace_back(loop, *std::move(socket), port);
    }
    outbox.emplace(std::move(descriptors));
    Limits limits;
    limits.largest_block = largest_block_for(mtu_of(options.interface, options.address));
    conversations.emplace(files, observer, *outbox, limits, static_cast<int>(transfer_ports));
    return {};
  }

  asio::awaitable<void> serve(Channel& channel) {
    const auto still_serving = serving;
    while (true) {
      const auto [error] =
          co_await channel.readiness.async_wait(asio::posix::descriptor_base::wait_read, as_value);
      if (error || !*still_serving) co_return;
      drain(channel);
    }
  }

  asio::awaitable<void> keep_time() {
    const auto still_serving = serving;
    while (true) {
      timer.expires_at(conversations->next_deadline());
      co_await timer.async_wait(as_value);  // also ends early, when a nearer deadline came up
      if (!*still_serving) co_return;
      conversations->on_time(now());
      carry_away();
    }
  }

  void drain(Channel& channel) {
    for (int turn = 0; turn < batches_per_turn; ++turn) {
      const auto batch = inbox.receive(channel.socket.fd());
      const auto arrived = now();
      for (const auto& [from, datagram] : batch) {
        if (channel.port == request_port)
          conversations->on_request(from, datagram, arrived);
        else
          conversations->on_packet(channel.port, from, datagram, arrived);
      }
      carry_away();
      if (batch.size() < Inbox::capacity) break;
    }
    if (conversations->next_deadline() < timer.expiry()) timer.cancel();
  }

  void carry_away() {
    outbox->flush();
    for (const auto& client : outbox->take_unsent()) conversations->on_unsent(client, now());
  }
};

Service::Service(asio::io_context& loop, ServiceOptions options, FileSource& files, Observer& observer)
    : impl_(std::make_unique<Impl>(loop, std::move(options), files, observer)) {}

Service::~Service() { stop(); }

Result<void, Failure> Service::open() { return impl_->open(); }

void Service::start() {
  *impl_->serving = true;
  for (auto& channel : impl_->channels) asio::co_spawn(impl_->loop, impl_->serve(channel), pass_on);
  asio::co_spawn(impl_->loop, impl_->keep_time(), pass_on);
}

void Service::stop() {
  *impl_->serving = false;
  impl_->timer.cancel();
  for (auto& channel : impl_->channels) channel.readiness.cancel();
}

/// The socket stays open: who asks now hears nothing and asks again, and an ICMP error would make some give
/// up.
void Service::turn_away() {
  for (auto& channel : impl_->channels)
    if (channel.port == request_port) channel.readiness.cancel();
}

std::size_t Service::moving() const {
  return impl_->conversations ? impl_->conversations->moving(now() - still_there) : 0;
}

std::map<std::string, std::uint64_t> Service::counters() const {
  return impl_->conversations ? impl_->conversations->counts().named()
                              : std::map<std::string, std::uint64_t>{};
}

}  // namespace rootstock::tftp
