// Ports and packets: open, receive, parse, send, count.
#include "dhcp/service.hpp"

#include <cstring>
#include <utility>

#include "dhcp/service_impl.hpp"

namespace rootstock::dhcp {

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

}  // namespace

Service::Impl::Impl(asio::io_context& loop, ServiceOptions settings, const std::vector<LeaseRecord>& stored,
                    Seating& seating, LeaseLog& lease_log, Observer& watcher, Neighbours* neighbour_table)
    : options(std::move(settings)),
      leases({options.subnet, options.pool, options.head}),
      responder(network_of(options), leases, seating),
      log(lease_log),
      observer(watcher),
      neighbours(neighbour_table),
      udp(loop),
      packet(loop),
      probe_timer(loop),
      delay_timer(loop) {
  for (const auto& record : stored) leases.restore(record);
}

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

void Service::Impl::start() {
  serving = true;
  listen_udp();
  if (options.conflict_probe) listen_arp();
}

void Service::Impl::stop() {
  serving = false;
  boost::system::error_code ignored;
  udp.cancel(ignored);
  packet.cancel(ignored);
  probe_timer.cancel();
  delay_timer.cancel();
  delayed.clear();
  held.clear();
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
    const auto heard = steady_clock();
    for (std::size_t i = 0; i < received; ++i) take(inbox.at(i), now, heard);
    flush();
    commit();
    if (received < ReceiveBatch::most) return;
  }
}

void Service::Impl::take(const ReceiveBatch::Datagram& datagram, Time now, Tick heard) {
  const auto from = sender_of(datagram);
  if (datagram.cut) return malformed("longer than a frame", from);
  const auto message = parse(datagram.bytes);
  if (!message) return malformed(words_for(message.error()), from);
  if (const auto fault = fault_of(*message); !fault.empty()) return malformed(fault, from);
  answer(*message, now, heard);
}

void Service::Impl::malformed(std::string_view kind, Ipv4 from) {
  const auto counted = std::string("malformed: ").append(kind);
  counts.add(counted);
  observer.on_malformed(counted, from);
}

void Service::Impl::flush() {
  for (const auto& refused : outbox->flush(udp.native_handle(), packet.native_handle()))
    counts.add("not sent: " + std::string(std::strerror(refused.error)), refused.count);
}

Service::Service(asio::io_context& loop, ServiceOptions options, const std::vector<LeaseRecord>& leases,
                 Seating& seating, LeaseLog& log, Observer& observer, Neighbours* neighbours)
    : impl_(std::make_unique<Impl>(loop, std::move(options), leases, seating, log, observer, neighbours)) {}

Service::~Service() = default;

Result<void, Failure> Service::open() { return impl_->open(); }

void Service::start() { impl_->start(); }

void Service::stop() { impl_->stop(); }

void Service::ask_again(const Mac& mac) { impl_->ask_again(mac); }

void Service::reserve(Ipv4 address) { impl_->leases.reserve(address); }

void Service::free_seat(Ipv4 address) { impl_->leases.free_seat(address, wall_clock()); }

bool Service::is_free(Ipv4 address) const { return impl_->leases.is_free(address, wall_clock()); }

std::map<std::string, std::uint64_t> Service::counters() const { return impl_->counts.shown(); }

}  // namespace rootstock::dhcp
