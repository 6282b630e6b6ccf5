#pragma once
// Who waits for which ARP probe. Every probe takes equally long, so they end in the order in which they
// began.

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dhcp/message.hpp"
#include "dhcp/site.hpp"

namespace rootstock::dhcp {

/// How long an address is asked for. A host answers ARP within a millisecond, and RFC 5227's seconds would
/// use up the patience of boot firmware, which repeats its DISCOVER after 1 s (iPXE).
constexpr std::chrono::milliseconds probe_time{200};

class Probes {
 public:
  struct Waiting {
    Ipv4 address;
    Message question;  ///< the DISCOVER or REQUEST that is answered when nobody objects
    Tick heard;        ///< when it came, or the one before it that it repeats
  };

  /// False when the address is being probed already; the newer question then takes the older one's place.
  bool start(Ipv4 address, Message question, Tick heard, Tick now);
  /// Somebody, at `mac`, uses `address`. The question that must get another address; none when nobody waits
  /// for this one, or when it is the asking board itself that answers.
  std::optional<Waiting> on_used(Ipv4 address, const Mac& mac);
  /// Those whose time has come without an objection.
  std::vector<Waiting> take_due(Tick now);
  std::optional<Tick> deadline();
  std::size_t count() const { return waiting_.size(); }

 private:
  struct Begun {
    Ipv4 address;
    Tick due;
  };
  struct Held {
    Message question;
    Tick heard, due;
  };
  /// Is this entry of the queue still the one that is waited for? (Else it ended early.)
  bool is_live(const Begun& begun) const;

  std::unordered_map<Ipv4, Held> waiting_;
  std::deque<Begun> queue_;
};

}  // namespace rootstock::dhcp
