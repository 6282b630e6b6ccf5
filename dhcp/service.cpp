#include "dhcp/service.hpp"

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cctype>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>

#include "dhcp/client_kind.hpp"
#include "dhcp/commit_queue.hpp"
#include "dhcp/frame.hpp"
#include "dhcp/probes.hpp"
#include "dhcp/responder.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_open.hpp"
#include "dhcp/socket_outbox.hpp"

namespace rootstock::dhcp {

namespace asio = boost::asio;

namespace {

/// Batches read at one wake-up before the event loop's other work gets its turn.
constexpr int batches_in_a_row = 4;

NetworkParameters network_of(const ServiceOptions& options) {
  return {.space = {options.subnet, options.pool, options.head},
          .router = options.router,
          .dns = options.dns,
          .domain = options.domain,
          .lease_time = options.lease_time,
          .http_port = options.http_port,
          .conflict_probe = options.conflict_probe};
}

Time wall_clock() { return std::chrono::system_clock::now(); }
Tick steady_clock() { return std::chrono::steady_clock::now(); }

}  // namespace

struct Service::Impl {
  Impl(asio::io_context& loop, ServiceOptions settings, const std::vector<LeaseRecord>& stored,
       Seating& seating, LeaseLog& lease_log, Observer& watcher)
      : options(std::move(settings)),
        leases({options.subnet, options.pool, options.head}),
        responder(network_of(options), leases, seating),
        log(lease_log),
        observer(watcher),
        udp(loop),
        packet(loop),
        probe_timer(loop) {
    for (const auto& record : stored) leases.restore(record);
  }

  /// `act`, unless by then the service was stopped or is no more.
  template <class Act>
  auto while_serving(Act act) {
    return [weak = std::weak_ptr(self), act](const boost::system::error_code& error) {
      const auto impl = weak.lock();
      if (!error && impl && (*impl)->serving) act();
    };
  }

  Result<void, Failure> open();
  void listen_udp();
  void listen_arp();
  void read_udp();
  void read_arp();
  void take(const ReceiveBatch::Datagram& datagram, Time now);
  void malformed(std::string_view kind, Ipv4 from);
  void answer(const Message& question, Time now);
  void probe(Ipv4 address, const Message& question);
  void await_probes();
  void end_probes();
  void on_address_used(const ArpSender& user, Time now);
  void finish(const Outcome& outcome);
  void flush();
  void commit();
  void committed(bool durable);
  void report(const Outcome& outcome);
  void count(std::string_view kind);

  ServiceOptions options;
  LeaseBook leases;
  Responder responder;
  LeaseLog& log;
  Observer& observer;

  Link link;
  asio::posix::stream_descriptor udp, packet;
  asio::steady_timer probe_timer;
  bool probe_timer_runs = false, serving = false;
  Probes probes;
  CommitQueue commits;
  ReceiveBatch inbox;
  std::optional<Outbox> outbox;
  std::map<std::string, std::uint64_t, std::less<>> counts;
  /// What ends after the service does (a wait, a commit) finds it gone.
  std::shared_ptr<Impl*> self = std::make_shared<Impl*>(this);
};

Result<void, Failure> Service::Impl::open() {
  const auto found = find_link(options.interface);
  if (!found) return tl::unexpected{found.error()};
  link = *found;
  auto udp_socket = open_udp(options.interface, options.port);
  if (!udp_socket) return tl::unexpected{udp_socket.error()};
  auto packet_socket = open_packet(link, options.conflict_probe);
  if (!packet_socket) return tl::unexpected{packet_socket.error()};
  udp.assign(udp_socket->release());
  packet.assign(packet_socket->release());
  outbox.emplace(Outbox::From{link, options.head, options.port});
  return {};
}

void Service::Impl::listen_udp() {
  udp.async_wait(asio::posix::stream_descriptor::wait_read, while_serving([this] {
                   read_udp();
                   listen_udp();
                 }));
}

void Service::Impl::listen_arp() {
  packet.async_wait(asio::posix::stream_descriptor::wait_read, while_serving([this] {
                      read_arp();
                      listen_arp();
                    }));
}

void Service::Impl::read_udp() {
  for (int batch = 0; batch < batches_in_a_row; ++batch) {
    const auto received = inbox.receive(udp.native_handle());
    const auto now = wall_clock();
    for (std::size_t i = 0; i < received; ++i) take(inbox.at(i), now);
    flush();
    commit();
    if (received < ReceiveBatch::most) return;
  }
}

void Service::Impl::take(const ReceiveBatch::Datagram& datagram, Time now) {
  const auto from = sender_of(datagram);
  if (datagram.cut) return malformed("longer than a frame", from);
  const auto message = parse(datagram.bytes);
  if (!message) return malformed(words_for(message.error()), from);
  if (const auto fault = fault_of(*message); !fault.empty()) return malformed(fault, from);
  answer(*message, now);
}

void Service::Impl::malformed(std::string_view kind, Ipv4 from) {
  const auto counted = std::string("malformed: ").append(kind);
  count(counted);
  observer.on_malformed(counted, from);
}

void Service::Impl::answer(const Message& question, Time now) {
  auto outcome = responder.answer(question, now);
  if (outcome.probe) return probe(*outcome.probe, question);
  count(outcome.asked);
  if (outcome.lease) return commits.add(std::move(outcome));
  finish(outcome);
}

void Service::Impl::probe(Ipv4 address, const Message& question) {
  if (!probes.start(address, question, steady_clock())) return;
  outbox->probe(address);
  await_probes();
}

void Service::Impl::await_probes() {
  const auto deadline = probes.deadline();
  if (probe_timer_runs || !deadline) return;
  probe_timer_runs = true;
  probe_timer.expires_at(*deadline);
  probe_timer.async_wait(while_serving([this] {
    probe_timer_runs = false;
    end_probes();
  }));
}

void Service::Impl::end_probes() {
  const auto now = wall_clock();
  for (const auto& [address, question] : probes.take_due(steady_clock())) {
    leases.prove(address);
    answer(question, now);
  }
  await_probes();
  flush();
  commit();
}

void Service::Impl::read_arp() {
  const auto now = wall_clock();
  const auto received = inbox.receive(packet.native_handle());
  for (std::size_t i = 0; i < received; ++i)
    if (const auto sender = parse_arp(inbox.at(i).bytes); sender && sender->mac != link.mac)
      on_address_used(*sender, now);
  flush();
}

void Service::Impl::on_address_used(const ArpSender& user, Time now) {
  const auto conflict = probes.on_used(user.address, user.mac);
  if (!conflict) return;
  count("address conflict");
  leases.decline(user.address, now, now + decline_rest);
  const auto why = "the device " + user.mac.text() + " uses it already: it rests";
  const auto asked = name_of(*conflict->question.type());
  observer.on_exchange({board_of(conflict->question), asked, {}, user.address, {}, why, true});
  answer(conflict->question, now);
}

void Service::Impl::finish(const Outcome& outcome) {
  if (outcome.reply) outbox->send(*outcome.reply, outcome.to);
  report(outcome);
}

void Service::Impl::flush() {
  for (const auto& refused : outbox->flush(udp.native_handle(), packet.native_handle()))
    counts["not sent: " + std::string(std::strerror(refused.error))] += refused.count;
}

void Service::Impl::commit() {
  auto changes = commits.begin();
  if (changes.empty()) return;
  log.commit(std::move(changes), [weak = std::weak_ptr(self)](bool durable) {
    if (const auto impl = weak.lock()) (*impl)->committed(durable);
  });
}

void Service::Impl::committed(bool durable) {
  for (auto& outcome : commits.end()) {
    if (!durable && outcome.reply) {
      outcome.reply.reset();
      outcome.answered.clear();
      outcome.warns = true;
      outcome.why = "no ACK: the disk did not take the lease, and an address is on disk before it is given";
      count("lease not written");
    }
    finish(outcome);
  }
  flush();
  commit();
}

void Service::Impl::report(const Outcome& outcome) {
  if (!outcome.answered.empty()) count(outcome.answered);
  const auto boot_file = outcome.reply ? std::string_view{outcome.reply->file} : std::string_view{};
  observer.on_exchange({outcome.board, outcome.asked, outcome.answered, outcome.address, boot_file,
                        outcome.why, outcome.warns});
}

void Service::Impl::count(std::string_view kind) {
  if (const auto found = counts.find(kind); found != counts.end())
    ++found->second;
  else
    counts.emplace(kind, 1);
}

Service::Service(asio::io_context& loop, ServiceOptions options, const std::vector<LeaseRecord>& leases,
                 Seating& seating, LeaseLog& log, Observer& observer)
    : impl_(std::make_unique<Impl>(loop, std::move(options), leases, seating, log, observer)) {}

Service::~Service() = default;

Result<void, Failure> Service::open() { return impl_->open(); }

void Service::start() {
  impl_->serving = true;
  impl_->listen_udp();
  if (impl_->options.conflict_probe) impl_->listen_arp();
}

void Service::stop() {
  impl_->serving = false;
  boost::system::error_code ignored;
  impl_->udp.cancel(ignored);
  impl_->packet.cancel(ignored);
  impl_->probe_timer.cancel();
}

std::map<std::string, std::uint64_t> Service::counters() const {
  std::map<std::string, std::uint64_t> lower;
  for (const auto& [kind, count] : impl_->counts) {
    auto name = kind;
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    lower[name] += count;
  }
  return lower;
}

}  // namespace rootstock::dhcp
