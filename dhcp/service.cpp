#include "dhcp/service.hpp"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>

#include <algorithm>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cctype>
#include <cstring>

#include "dhcp/client_kind.hpp"
#include "dhcp/commit_queue.hpp"
#include "dhcp/frame.hpp"
#include "dhcp/probes.hpp"
#include "dhcp/responder.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_open.hpp"

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

sockaddr_in udp_address(Ipv4 address, std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(address.value);
  return to;
}

sockaddr_ll link_address(const Link& link, std::uint16_t protocol, const Mac& mac) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(protocol);
  to.sll_ifindex = link.index;
  to.sll_halen = static_cast<unsigned char>(mac.bytes.size());
  std::ranges::copy(mac.bytes, to.sll_addr);
  return to;
}

/// The source address of what we send: the interface may have others beside the head's.
std::vector<std::uint8_t> source_control(Ipv4 head) {
  in_pktinfo source{};
  source.ipi_spec_dst.s_addr = htonl(head.value);
  std::vector<std::uint8_t> control(CMSG_SPACE(sizeof source), 0);
  cmsghdr header{};
  header.cmsg_level = IPPROTO_IP;
  header.cmsg_type = IP_PKTINFO;
  header.cmsg_len = CMSG_LEN(sizeof source);
  std::memcpy(control.data(), &header, sizeof header);
  std::memcpy(control.data() + CMSG_LEN(0), &source, sizeof source);
  return control;
}

Ipv4 sender_of(const ReceiveBatch::Datagram& datagram) {
  sockaddr_in from{};
  std::memcpy(&from, &datagram.from, sizeof from);
  return Ipv4{ntohl(from.sin_addr.s_addr)};
}

/// What is wrong with a message that parsed, before anybody acts on it; empty when nothing is.
std::string_view fault_of(const Message& message) {
  if (message.op != boot_request) return "not a request";
  if (message.hardware_type != 1 || message.hardware_length != 6) return "not from Ethernet";
  constexpr std::uint8_t group_bit = 1;
  const auto mac = message.mac();
  if (mac == Mac{} || (mac.bytes[0] & group_bit)) return "not a board's hardware address";
  return {};
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
  void send(const Message& reply, const Destination& to);
  void flush();
  void count_refused(const SendBatch::Refused& refused);
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
  SendBatch udp_outbox, packet_outbox;
  std::vector<std::uint8_t> scratch;
  std::map<std::string, std::uint64_t, std::less<>> counts;
  /// A commit that ends after the service does finds it gone.
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
  udp_outbox.set_control(source_control(options.head));
  return {};
}

void Service::Impl::listen_udp() {
  udp.async_wait(asio::posix::stream_descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    read_udp();
    if (serving) listen_udp();
  });
}

void Service::Impl::listen_arp() {
  packet.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](const boost::system::error_code& error) {
                      if (error) return;
                      read_arp();
                      if (serving) listen_arp();
                    });
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
  count(outcome.asked);
  if (outcome.probe) return probe(*outcome.probe, question);
  if (outcome.lease) return commits.add(std::move(outcome));
  finish(outcome);
}

void Service::Impl::probe(Ipv4 address, const Message& question) {
  if (!probes.start(address, question, steady_clock())) return;
  constexpr Mac everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  emit_arp_probe(link.mac, address, packet_outbox.add(link_address(link, ETH_P_ARP, everybody)));
  await_probes();
}

void Service::Impl::await_probes() {
  const auto deadline = probes.deadline();
  if (probe_timer_runs || !deadline) return;
  probe_timer_runs = true;
  probe_timer.expires_at(*deadline);
  probe_timer.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    probe_timer_runs = false;
    end_probes();
  });
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
  const auto why = "the device " + user.mac.text() + " uses it already: it rests, another is tried";
  const auto asked = name_of(MessageType::discover);
  observer.on_exchange({board_of(conflict->question), asked, {}, user.address, {}, why});
  answer(conflict->question, now);
}

void Service::Impl::finish(const Outcome& outcome) {
  if (outcome.reply) send(*outcome.reply, outcome.to);
  report(outcome);
}

void Service::Impl::send(const Message& reply, const Destination& to) {
  const auto client_port = static_cast<std::uint16_t>(options.port + 1);
  if (to.route != Route::hardware) {
    const auto port = to.route == Route::relay ? options.port : client_port;
    return emit(reply, udp_outbox.add(udp_address(to.address, port)));
  }
  scratch.clear();
  emit(reply, scratch);
  emit_udp_packet({options.head, options.port}, {to.address, client_port}, scratch,
                  packet_outbox.add(link_address(link, ETH_P_IP, to.mac)));
}

void Service::Impl::flush() {
  count_refused(udp_outbox.flush(udp.native_handle()));
  count_refused(packet_outbox.flush(packet.native_handle()));
}

void Service::Impl::count_refused(const SendBatch::Refused& refused) {
  if (refused.count > 0) counts["not sent: " + std::string(std::strerror(refused.error))] += refused.count;
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
  observer.on_exchange(
      {outcome.board, outcome.asked, outcome.answered, outcome.address, boot_file, outcome.why});
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
