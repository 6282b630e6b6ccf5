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

/// Who sits where.
class Seating {
 public:
  virtual ~Seating() = default;
  /// The node name of the board, which is offered `address` or acknowledged for it: asked at every OFFER and
  /// ACK. A booting board that is new joins here and now; its row reaches the disk with the next
  /// LeaseLog::commit. None: no seat (a plain client that no node knows).
  virtual std::optional<std::string> seat(const Board& board, Ipv4 address) = 0;
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
