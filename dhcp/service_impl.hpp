#pragma once
// The inside of dhcp::Service, for its own files: service.cpp receives and sends, service_probes.cpp asks the
// wire about addresses, service_answers.cpp sees an answer from the decision to the wire.

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/commit_queue.hpp"
#include "dhcp/counts.hpp"
#include "dhcp/delayed.hpp"
#include "dhcp/frame.hpp"
#include "dhcp/held.hpp"
#include "dhcp/probes.hpp"
#include "dhcp/responder.hpp"
#include "dhcp/service.hpp"
#include "dhcp/socket_batch.hpp"
#include "dhcp/socket_open.hpp"
#include "dhcp/socket_outbox.hpp"

namespace rootstock::dhcp {

namespace asio = boost::asio;

inline Time wall_clock() { return std::chrono::system_clock::now(); }
inline Tick steady_clock() { return std::chrono::steady_clock::now(); }

struct Service::Impl {
  Impl(asio::io_context& loop, ServiceOptions settings, const std::vector<LeaseRecord>& stored,
       Seating& seating, LeaseLog& lease_log, Observer& watcher, Neighbours* neighbours);

  /// `act`, unless by then the service was stopped or is no more.
  template <class Act>
  auto while_serving(Act act) {
    return [weak = std::weak_ptr(self), act](const boost::system::error_code& error) {
      const auto impl = weak.lock();
      if (!error && impl && (*impl)->serving) act();
    };
  }

  Result<void, Failure> open();
  void start();
  void stop();
  void listen_udp();
  void listen_arp();
  void read_udp();
  void take(const ReceiveBatch::Datagram& datagram, Time now, Tick heard);
  void malformed(std::string_view kind, Ipv4 from);
  void flush();

  // service_probes.cpp
  void probe(Ipv4 address, const Message& question, Tick heard);
  void await_probes();
  void end_probes();
  void read_arp();
  void on_address_used(const ArpSender& user, Time now);

  // service_answers.cpp: a question, its outcome, the disk if it has a lease, the delay if it has one, the
  // wire.
  void answer(const Message& question, Time now, Tick heard);
  void ask_again(const Mac& mac);
  void commit();
  void committed(bool durable);
  void finish(Outcome outcome);
  void await_delayed();
  void leave(const Outcome& outcome);
  void report(const Outcome& outcome);

  ServiceOptions options;
  LeaseBook leases;
  Responder responder;
  LeaseLog& log;
  Observer& observer;
  Neighbours* neighbours;  ///< none: nothing is pinned

  Link link;
  asio::posix::stream_descriptor udp, packet;
  asio::steady_timer probe_timer, delay_timer;
  bool probe_timer_runs = false, serving = false;
  Probes probes;
  CommitQueue commits;
  Delayed delayed;
  Held held;
  ReceiveBatch inbox;
  std::optional<Outbox> outbox;
  Counts counts;
  /// What ends after the service does (a wait, a commit) finds it gone.
  std::shared_ptr<Impl*> self = std::make_shared<Impl*>(this);
};

}  // namespace rootstock::dhcp
