#pragma once
// Everybody who is being served: requests become transfers or ERRORs, packets find their transfer, deadlines
// pass. Sans-I/O like the transfers themselves; the service brings datagrams and times and carries the
// answers away.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/address.hpp"
#include "tftp/file_source.hpp"
#include "tftp/negotiation.hpp"
#include "tftp/packet.hpp"
#include "tftp/transfer.hpp"

namespace rootstock::tftp {

/// A client's end of a transfer (RFC 1350 calls the port its TID).
struct Client {
  Ipv4 address;
  std::uint16_t port = 0;
  std::uint64_t key() const { return std::uint64_t{address.value} << 16 | port; }
  bool operator==(const Client&) const = default;
};

/// Where packets are written to and go out from. `port` is the index of one of our transfer ports.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Room for one burst; good until the next call.
  virtual std::span<std::byte> room(std::size_t size) = 0;
  /// Sends what was written there.
  virtual void post(int port, Client to, Burst burst) = 0;
};

struct Counts {
  std::uint64_t requests = 0, repeated_requests = 0, not_found = 0, forbidden = 0, bad_requests = 0,
                writes = 0;
  std::uint64_t options_refused = 0, complete = 0, probes = 0, failed = 0, bytes = 0, unsent = 0, strays = 0,
                busy = 0;
  std::array<std::uint64_t, 5> malformed{};  ///< by ParseError
  std::map<std::string, std::uint64_t> named() const;
};

class Conversations {
 public:
  Conversations(FileSource& files, Observer& observer, Outlet& outlet, Limits limits, int ports);

  /// A datagram that came to port 69.
  void on_request(Client from, Bytes datagram, Time now);
  /// A datagram that came to one of the transfer ports.
  void on_packet(int port, Client from, Bytes datagram, Time now);
  /// The last burst to this client could not be sent.
  void on_unsent(Client to, Time now);
  void on_time(Time now);

  /// When on_time() wants to be called; Time::max() when nothing is under way.
  Time next_deadline() const { return deadlines_.empty() ? Time::max() : deadlines_.top().at; }
  std::size_t running() const { return talks_.size(); }
  /// How many have gone on with their file since then.
  std::size_t moving(Time since) const;
  const Counts& counts() const { return counts_; }

 private:
  struct Talk {
    Client client;
    int port = 0;
    std::string path;
    Transfer transfer;
    Time scheduled;  ///< the entry in deadlines_ that counts
  };
  struct Deadline {
    Time at;
    std::uint64_t key;
    bool operator>(const Deadline& other) const { return at > other.at; }
  };
  struct RecentPort {
    std::uint64_t key = 0;
    int port = 0;
  };

  void on_read(Client from, const Request& request, Time now);
  bool joins_running(Client from, const std::string& path, Time now);
  void open(Client from, std::string path, const Request& request, Time now);
  void start(Client from, std::string path, std::shared_ptr<const File> file, Terms terms, Time now);
  void advance(Talk& talk, Time now);
  void schedule(Talk& talk);
  void finish(Talk& talk, std::string_view outcome);
  void malformed(ParseError kind, Client from);
  void report_refused(Client from, std::string_view path, std::string_view outcome, bool missing = false);
  void refuse(int port, Client to, ErrorCode code, std::string_view text);
  void on_stray(int port, Client from, const Packet& packet, Time now);
  int port_for(Client client);
  RecentPort& recent(Client client);

  FileSource& files_;
  Observer& observer_;
  Outlet& outlet_;
  Limits limits_;
  int ports_;
  Counts counts_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Talk>> talks_;
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>> deadlines_;
  std::vector<RecentPort> recent_ports_;
  Time strays_since_{};
  int strays_answered_ = 0;
};

}  // namespace rootstock::tftp
