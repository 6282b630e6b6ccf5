#pragma once
// What the DHCP server asks of the rest of the house. server/ implements these; tests use tables.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/address.hpp"
#include "dhcp/dialect.hpp"

namespace rootstock::dhcp {

using Time = std::chrono::system_clock::time_point;
/// A point on a clock that is never set back.
using Tick = std::chrono::steady_clock::time_point;

/// A lease as it is kept on disk. RFC 2131's "binding".
struct LeaseRecord {
  Mac mac;
  Ipv4 address;
  Time until{};
  bool seated =
      false;  ///< belongs to a node: the address is never given to another board, whatever `until` says
};

/// How a board that asks is received.
struct Welcome {
  enum class How : std::uint8_t {
    plain,    ///< no node: an address out of the pool
    seated,   ///< a node: its address is nobody else's, whatever its lease says
    parked,   ///< it waits for somebody's word: an address for a short while
    held,     ///< no answer yet; the question is kept for Service::ask_again()
    refused,  ///< no answer
  };
  How how = How::plain;
  std::string name{};             ///< the node's, or the one that is kept for it
  std::optional<Ipv4> address{};  ///< the seat's own, where it has one
  std::chrono::seconds lease{0};  ///< zero: the network's
  std::string why{};              ///< held or refused: in words

  bool answers() const { return how != How::held && how != How::refused; }
};

/// Who sits where.
class Seating {
 public:
  virtual ~Seating() = default;
  /// Asked before any answer. A booting board that is new joins here and now; its row reaches the disk with
  /// the next LeaseLog::commit. `starts`: this is a DISCOVER.
  virtual Welcome welcome(const Board& board, bool starts) = 0;
  /// The board was offered `address` or acknowledged for it; 0.0.0.0: another server will give it one.
  virtual void seat(const Board& board, Ipv4 address) = 0;
};

/// The disk under the leases.
class LeaseLog {
 public:
  virtual ~LeaseLog() = default;
  /// Makes `changes` durable in one sync, then calls `done(true)`; `done(false)` when the disk refused.
  /// Returns at once; `done` runs later, on the thread of the caller's event loop. One commit is in flight at
  /// a time.
  virtual void commit(std::vector<LeaseRecord> changes, std::function<void(bool)> done) = 0;
};

/// The kernel's table of who is where on the wire.
class Neighbours {
 public:
  virtual ~Neighbours() = default;
  /// From now on `address` is at `mac`, without asking: a Raspberry Pi 3's ROM answers no ARP while it loads
  /// (NETBOOT-FACTS 1.2). Called whenever an answer leaves for such a board, and for whoever has its address
  /// after it.
  virtual void pin(Ipv4 address, const Mac& mac) = 0;
};

/// One answered (or refused) message, for the log and the node's boot record.
struct Exchange {
  const Board& board;
  std::string_view asked;  ///< "DISCOVER", "REQUEST" ...
  /// "OFFER", "ACK", "NAK"; beside another server "proxy OFFER", "proxy ACK", and "overheard" when it was
  /// that server's to answer; empty when silent
  std::string_view answered;
  Ipv4 address;
  std::string_view boot_file;  ///< empty when none was given
  std::string_view why;
  bool warns =
      false;  ///< worth a line in the log whoever asked: no address left, a conflict, a disk that refuses
  std::uint16_t secs = 0;  ///< for how long the board has been asking, as the message says
  Ipv4 rival{};            ///< the other server whose OFFER this REQUEST names
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_exchange(const Exchange& exchange) = 0;
  /// A packet that could not be used: `kind` as in Service::counters(), `from` its source address (0.0.0.0 is
  /// usual). May come as fast as the wire: whoever logs it sets the pace.
  virtual void on_malformed(std::string_view kind, Ipv4 from) {
    static_cast<void>(kind);
    static_cast<void>(from);
  }
};

}  // namespace rootstock::dhcp
