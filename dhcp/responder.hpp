#pragma once
// An authoritative RFC 2131 server for one network: a message and a time in, what to do about it out. No
// sockets, no disk, no waiting: when an answer must wait for something, the outcome says for what.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "dhcp/leases.hpp"
#include "dhcp/message.hpp"
#include "dhcp/policy.hpp"
#include "dhcp/reply.hpp"
#include "dhcp/site.hpp"
#include "dhcp/transactions.hpp"

namespace rootstock::dhcp {

struct NetworkParameters {
  AddressSpace space;
  std::optional<Ipv4> router;
  std::vector<Ipv4> dns;
  std::string domain;
  std::chrono::seconds lease_time{12 * 3600};
  std::uint16_t http_port = 80;
  bool conflict_probe = true;
};

/// How long an address rests after somebody was found to use it.
constexpr std::chrono::minutes decline_rest{10};

/// Where on the wire an address is.
struct Neighbour {
  Ipv4 address;
  Mac mac;
};

/// What one message led to.
struct Outcome {
  Board board;
  std::string asked;     ///< "DISCOVER" ...
  std::string answered;  ///< "OFFER", "ACK", "NAK"; empty when silent
  Ipv4 address;
  std::string why;
  bool warns = false;      ///< an operator should hear of it
  Welcome welcome;         ///< plain where nobody had to be asked
  std::uint16_t secs = 0;  ///< for how long the board has been asking, as it says itself
  Ipv4 rival;              ///< the other server whose offer it took; 0.0.0.0: none

  std::optional<Message> reply;
  Destination to;
  std::optional<LeaseRecord> lease;  ///< must be on disk before the reply leaves
  std::optional<Ipv4> probe;         ///< ask the wire for this address first, prove() it, and come again
  std::optional<Neighbour> pin;      ///< to be known to the kernel before the reply leaves: it answers no ARP
  std::chrono::milliseconds delay{0};  ///< the reply leaves that long after the question came,
  Tick heard{};                        ///< which whoever received it notes here
};

/// What an observer hears of it; lives no longer than `outcome`.
Exchange exchange_of(const Outcome& outcome);

/// What is wrong with a message that parsed, before anybody acts on it; empty when nothing is.
std::string_view fault_of(const Message& message);

/// RFC 2131 4.3.6, table 4: the fields a client fills in tell which state it is in.
enum class RequestKind : std::uint8_t { selecting, init_reboot, renewing, malformed };
RequestKind kind_of(const Message& request);

class Responder {
 public:
  Responder(NetworkParameters network, LeaseBook& leases, Seating& seating);

  Outcome answer(const Message& question, Time now);

 private:
  Outcome receive(const Message& question, Outcome outcome, Time now);
  Outcome discover(const Message& question, Outcome outcome, Time now);
  Outcome request(const Message& question, Outcome outcome, Time now);
  Outcome selecting(const Message& question, Outcome outcome, Time now);
  Outcome keeping(const Message& question, Outcome outcome, Ipv4 address, Time now);
  Outcome decline(const Message& question, Outcome outcome, Time now);
  Outcome release(const Message& question, Outcome outcome, Time now);
  Outcome inform(const Message& question, Outcome outcome);

  bool must_probe(Ipv4 address) const { return network_.conflict_probe && !leases_.is_proved(address); }
  Outcome acknowledge(const Message& question, Outcome outcome, Ipv4 address, Time now);
  Outcome refuse(const Message& question, Outcome outcome, std::string why) const;
  void remember(const Message& question, Outcome& outcome);
  Message with_address(const Message& question, Outcome& outcome, MessageType type, Ipv4 address);
  Outcome send(const Message& question, Outcome outcome, Message reply) const;
  std::chrono::seconds lease_for(const Welcome& welcome) const;
  static void add_lease(Message& reply, std::chrono::seconds time);
  void add_network(Message& reply) const;
  std::string add_boot(Message& reply, const Board& board) const;

  NetworkParameters network_;
  Head head_;
  LeaseBook& leases_;
  Seating& seating_;
  Transactions transactions_;
  std::unordered_set<Ipv4> pinned_;  ///< addresses of which the kernel was told where they are
};

}  // namespace rootstock::dhcp
