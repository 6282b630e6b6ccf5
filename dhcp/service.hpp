#pragma once
// Ports and packets of the DHCP server: receive, parse, ask the responder, make leases durable, send, count.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/address.hpp"
#include "config/result.hpp"
#include "dhcp/site.hpp"

namespace rootstock::dhcp {

struct ServiceOptions {
  std::string interface;
  Ipv4 head;
  Subnet subnet;
  AddressRange pool;
  std::optional<Ipv4> router;
  std::vector<Ipv4> dns;
  std::string domain;
  std::chrono::seconds lease_time{12 * 3600};
  bool conflict_probe = true;
  std::uint16_t port = 67;
  std::uint16_t http_port = 80;
};

class Service {
 public:
  /// `leases`: what the disk held at start. `neighbours`: none leaves out boards that answer no ARP.
  Service(boost::asio::io_context& loop, ServiceOptions options, const std::vector<LeaseRecord>& leases,
          Seating& seating, LeaseLog& log, Observer& observer, Neighbours* neighbours = nullptr);
  ~Service();

  /// Opens the sockets (UDP and packet); needs root. Call before privileges are dropped.
  Result<void, Failure> open();
  /// Serves until stop().
  void start();
  void stop();

  /// Answers the latest question that `mac` was held at (Welcome::held), if the board still waits for it, as
  /// if it came now.
  void ask_again(const Mac& mac);

  /// The addresses of seats that have no board yet, or no longer: LeaseBook::reserve(), free_seat(),
  /// is_free().
  void reserve(Ipv4 address);
  void free_seat(Ipv4 address);
  bool is_free(Ipv4 address) const;

  /// What was received, answered and dropped, by kind ("discover", "malformed: truncated" ...), since start.
  std::map<std::string, std::uint64_t> counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::dhcp
