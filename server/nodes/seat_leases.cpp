#include "server/nodes/seat_leases.hpp"

#include <algorithm>
#include <unordered_map>

namespace rootstock::server {

std::vector<dhcp::LeaseRecord> leases_of_seats(std::vector<dhcp::LeaseRecord> leases,
                                               const std::vector<NodeRecord>& seats) {
  std::unordered_map<Mac, const NodeRecord*> members, denied;
  for (const auto& seat : seats) {
    if (seat.vacant()) continue;
    if (seat.standing == Standing::member) members[seat.mac] = &seat;
    if (seat.standing == Standing::denied) denied[seat.mac] = &seat;
  }
  std::unordered_map<Mac, dhcp::Time> until;
  for (auto& lease : leases) {
    until[lease.mac] = lease.until;
    // Whoever was a member before it was denied may run on, and renews nothing.
    const auto sat = denied.find(lease.mac);
    lease.seated = lease.seated && sat != denied.end() && sat->second->address == lease.address;
  }
  // One board has one address: that of its seat, if it has one.
  std::erase_if(leases, [&](const dhcp::LeaseRecord& lease) {
    const auto seat = members.find(lease.mac);
    return seat != members.end() && !seat->second->address.unset();
  });
  std::ranges::stable_sort(leases, {}, &dhcp::LeaseRecord::seated);
  for (const auto& seat : seats) {
    const bool keeps = seat.standing == Standing::member && !seat.address.unset();
    if (keeps) leases.push_back({seat.mac, seat.address, until[seat.mac], true});
  }
  return leases;
}

std::vector<NodeRecord> seats_with_leases(std::vector<NodeRecord> seats,
                                          const std::vector<dhcp::LeaseRecord>& leases, dhcp::Time now) {
  const auto holds = [&](const NodeRecord& seat) {
    return std::ranges::any_of(leases, [&](const dhcp::LeaseRecord& lease) {
      return lease.mac == seat.mac && lease.address == seat.address && (lease.seated || lease.until > now);
    });
  };
  for (auto& seat : seats)
    if (seat.standing != Standing::member && !holds(seat)) seat.address = {};
  return seats;
}

}  // namespace rootstock::server
