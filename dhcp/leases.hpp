#pragma once
// Who holds which address: the addresses of one subnet, keyed by MAC (one NIC shows three or four client-ids
// during one boot, NETBOOT-FACTS section 0). No disk, no clock. Every operation is at most O(log n).

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "config/address.hpp"
#include "dhcp/site.hpp"

namespace rootstock::dhcp {

/// The space addresses come from. The head, the network and the broadcast address are never given out.
struct AddressSpace {
  Subnet subnet;
  AddressRange pool;
  Ipv4 head;

  /// May a host other than the head have it?
  bool is_host(Ipv4 address) const {
    return subnet.contains(address) && address != head && address != subnet.network &&
           address != subnet.broadcast();
  }
};

/// An offer stands at least this long, however many others ask: EDK2 chooses for 4 s before it says which
/// (NETBOOT-FACTS 1.6).
constexpr std::chrono::seconds least_offer{6};

class LeaseBook {
 public:
  explicit LeaseBook(const AddressSpace& space) : space_(space), fresh_(space.pool.first.value) {}

  /// A lease that the disk held at start. Left out when its address is no longer ours to give, unless a node
  /// has it.
  void restore(const LeaseRecord& record);

  /// The address for a board that wants one, held for it until `until`: its own of old, else the one it
  /// `wanted` if nobody was ever given that, else one never used, else the one that has been free the
  /// longest, else the oldest that was only offered, so that DISCOVERs of boards that never come back (or of
  /// none) lock nobody out. Offers are all held equally long. None: the pool is full.
  std::optional<Ipv4> offer(const Mac& mac, std::optional<Ipv4> wanted, Time now, Time until);
  /// `address` is held for the board until then; may_take() was asked before.
  void hold(const Mac& mac, Ipv4 address, Time until) { hold_until(address, claim(mac, address), until); }
  /// May the board take `address`: it is the board's own, or free? (After a restart without our memory of
  /// it.)
  bool may_take(const Mac& mac, Ipv4 address, Time now) const;
  /// `address` is the board's until then; may_take() was asked before. `seated`: for good.
  LeaseRecord bind(const Mac& mac, Ipv4 address, Time until, bool seated);

  /// The board that is offered `address` is a node: nobody else ever gets it.
  void seat(Ipv4 address);
  /// It is a seat's from now on, and nobody's until give(). Whoever holds it must ask for another.
  void reserve(Ipv4 address);
  /// The board of the seat that `address` is kept for has come. False: the address is not to be had now, as
  /// it rests after a conflict, is another's, or is none of this network.
  bool give(const Mac& mac, Ipv4 address, Time now);
  /// It is a seat's no more: others may have it.
  void free_seat(Ipv4 address, Time now);
  /// Is it a host's address that nobody holds, and that is no seat's?
  bool is_free(Ipv4 address, Time now) const;

  /// The client gave it back; it stays the client's if it returns before somebody else needs it.
  std::optional<LeaseRecord> release(const Mac& mac, Ipv4 address, Time now);
  /// A client chose another server's offer: what was only offered to it is free again.
  void withdraw(const Mac& mac, Time now);
  /// Somebody else on the wire uses it: nobody gets it before `until`. Gives the lease that ended, if it was
  /// one.
  std::optional<LeaseRecord> decline(Ipv4 address, Time now, Time until);

  /// The address that the book knows the board by, its lease over or not.
  std::optional<Ipv4> address_of(const Mac& mac) const;

  /// Has nobody answered for the address since this board came to it, or was it the board's before?
  bool is_proved(Ipv4 address) const;
  void prove(Ipv4 address);

 private:
  enum class State : std::uint8_t { offered, bound, nobodys };
  struct Slot {
    Mac owner;
    Time until{};
    State state = State::offered;
    bool seated = false;
    bool proved = false;
  };
  using Slots = std::unordered_map<std::uint32_t, Slot>;

  Slot& nobodys(Ipv4 address);
  bool in_pool(Ipv4 address) const { return space_.pool.contains(address) && space_.is_host(address); }
  const Slot* slot(Ipv4 address) const;
  std::optional<Ipv4> never_used();
  std::optional<Ipv4> longest_free(Time now) const;
  std::optional<Ipv4> oldest_offer(Time until) const;
  Slot& claim(const Mac& mac, Ipv4 address);
  void hold_until(Ipv4 address, Slot& slot, Time until);
  void leave_queue(Ipv4 address, const Slot& slot);

  AddressSpace space_;
  Slots slots_;
  std::unordered_map<Mac, Ipv4> addresses_;
  using Queue = std::set<std::pair<Time, std::uint32_t>>;  ///< by the time they are or become free
  Queue& queue_of(const Slot& slot) { return slot.state == State::offered ? offered_ : reusable_; }
  Queue offered_, reusable_;  ///< seated ones are in neither
  std::uint64_t fresh_;       ///< every pool address below it has a slot
};

}  // namespace rootstock::dhcp
