#include "dhcp/service_proxy.hpp"

#include <netinet/in.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstring>
#include <optional>
#include <utility>

#include "dhcp/counts.hpp"
#include "dhcp/delayed.hpp"
#include "dhcp/held.hpp"
#include "dhcp/proxy_responder.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_open.hpp"
#include "dhcp/socket_outbox.hpp"

namespace rootstock::dhcp {

namespace asio = boost::asio;

namespace {

Tick steady_clock() { return std::chrono::steady_clock::now(); }

std::uint16_t port_of(const ReceiveBatch::Datagram& datagram) {
  sockaddr_in from{};
  std::memcpy(&from, &datagram.from, sizeof from);
  return ntohs(from.sin_port);
}

/// One port with what leaves from it.
struct Port {
  explicit Port(asio::io_context& loop) : socket(loop) {}
  asio::posix::stream_descriptor socket;
  std::optional<Outbox> outbox;
};

}  // namespace

struct ProxyService::Impl {
  Impl(asio::io_context& loop, ProxyOptions given, Seating& seating, Observer& watcher)
      : options(std::move(given)),
        responder({{options.head, options.http_port}, options.subnet}, seating),
        observer(watcher),
        dhcp(loop),
        binl(loop),
        packet(loop),
        delay_timer(loop) {}

  Result<void, Failure> open();
  Result<void, Failure> open(Port& port, std::uint16_t number, const Link& link);
  void listen(Port& port);
  void read(Port& port);
  void take(Port& port, const ReceiveBatch::Datagram& datagram);
  void hear(const Message& question, Tick heard);
  void ask_again(const Mac& mac);
  void malformed(std::string_view kind, Ipv4 from);
  void finish(Port& port, Outcome outcome);
  void leave(Port& port, const Outcome& outcome);
  void await_delayed();
  void flush(Port& port);

  ProxyOptions options;
  ProxyResponder responder;
  Observer& observer;
  Port dhcp, binl;
  asio::posix::stream_descriptor packet;
  asio::steady_timer delay_timer;
  bool serving = false;
  Delayed delayed;
  Held held;
  ReceiveBatch inbox;
  Counts counts;
  /// What ends after the service does finds it gone.
  std::shared_ptr<Impl*> self = std::make_shared<Impl*>(this);

  template <class Act>
  auto while_serving(Act act) {
    return [weak = std::weak_ptr(self), act](const boost::system::error_code& error) {
      const auto impl = weak.lock();
      if (!error && impl && (*impl)->serving) act();
    };
  }
};

Result<void, Failure> ProxyService::Impl::open() {
  const auto link = find_link(options.interface);
  if (!link) return tl::unexpected{link.error()};
  if (auto opened = open(dhcp, options.port, *link); !opened) return opened;
  if (auto opened = open(binl, options.binl_port, *link); !opened) return opened;
  auto socket = open_packet(*link, false);
  if (!socket) return tl::unexpected{socket.error()};
  packet.assign(socket->release());
  return {};
}

Result<void, Failure> ProxyService::Impl::open(Port& port, std::uint16_t number, const Link& link) {
  auto socket = open_udp(options.interface, number);
  if (!socket) return tl::unexpected{socket.error()};
  port.socket.assign(socket->release());
  port.outbox.emplace(Outbox::From{link, options.head, number});
  return {};
}

void ProxyService::Impl::listen(Port& port) {
  port.socket.async_wait(asio::posix::stream_descriptor::wait_read, while_serving([this, &port] {
                           read(port);
                           listen(port);
                         }));
}

void ProxyService::Impl::read(Port& port) {
  const auto received = inbox.receive(port.socket.native_handle());
  for (std::size_t i = 0; i < received; ++i) take(port, inbox.at(i));
  flush(port);
}

void ProxyService::Impl::take(Port& port, const ReceiveBatch::Datagram& datagram) {
  const auto from = sender_of(datagram);
  if (datagram.cut) return malformed("longer than a frame", from);
  const auto question = parse(datagram.bytes);
  if (!question) return malformed(words_for(question.error()), from);
  if (const auto fault = fault_of(*question); !fault.empty()) return malformed(fault, from);
  if (&port == &dhcp) return hear(*question, steady_clock());
  auto outcome = responder.on_binl(*question, from, port_of(datagram));
  counts.add(outcome.asked);
  finish(port, std::move(outcome));
}

/// What boards say to everybody, on port 67.
void ProxyService::Impl::hear(const Message& question, Tick heard) {
  auto outcome = responder.on_dhcp(question);
  outcome.heard = heard;
  held.note(question, outcome, heard);
  counts.add(outcome.asked);
  finish(dhcp, std::move(outcome));
}

void ProxyService::Impl::ask_again(const Mac& mac) {
  if (!serving) return;
  const auto question = held.take(mac, steady_clock());
  if (!question) return;
  hear(question->message, question->heard);
  flush(dhcp);
}

void ProxyService::Impl::malformed(std::string_view kind, Ipv4 from) {
  const auto counted = std::string("malformed: ").append(kind);
  counts.add(counted);
  observer.on_malformed(counted, from);
}

/// What waits is always an OFFER on port 67.
void ProxyService::Impl::finish(Port& port, Outcome outcome) {
  if (outcome.reply && outcome.delay.count() > 0 && delayed.add(outcome)) return await_delayed();
  leave(port, outcome);
}

void ProxyService::Impl::leave(Port& port, const Outcome& outcome) {
  if (outcome.reply) {
    port.outbox->send(*outcome.reply, outcome.to);
    counts.add(outcome.answered);
  }
  observer.on_exchange(exchange_of(outcome));
}

void ProxyService::Impl::await_delayed() {
  const auto deadline = delayed.deadline();
  if (!deadline) return;
  delay_timer.expires_at(*deadline);  // ends the wait before, if there is one
  delay_timer.async_wait(while_serving([this] {
    for (const auto& outcome : delayed.take_due(steady_clock())) leave(dhcp, outcome);
    flush(dhcp);
    await_delayed();
  }));
}

void ProxyService::Impl::flush(Port& port) {
  for (const auto& refused : port.outbox->flush(port.socket.native_handle(), packet.native_handle()))
    counts.add("not sent: " + std::string(std::strerror(refused.error)), refused.count);
}

ProxyService::ProxyService(asio::io_context& loop, ProxyOptions options, Seating& seating, Observer& observer)
    : impl_(std::make_unique<Impl>(loop, std::move(options), seating, observer)) {}

ProxyService::~ProxyService() = default;

Result<void, Failure> ProxyService::open() { return impl_->open(); }

void ProxyService::start() {
  impl_->serving = true;
  impl_->listen(impl_->dhcp);
  impl_->listen(impl_->binl);
}

void ProxyService::stop() {
  impl_->serving = false;
  boost::system::error_code ignored;
  impl_->dhcp.socket.cancel(ignored);
  impl_->binl.socket.cancel(ignored);
  impl_->delay_timer.cancel();
  impl_->delayed.clear();
  impl_->held.clear();
}

void ProxyService::ask_again(const Mac& mac) { impl_->ask_again(mac); }

std::map<std::string, std::uint64_t> ProxyService::counters() const { return impl_->counts.shown(); }

}  // namespace rootstock::dhcp
