#pragma once
// What the DHCP server begins with: the leases of the disk, put right by the seats. A seat has its address
// whatever the leases say: they may be older than its row, and of a board that sits there no more.

#include <vector>

#include "dhcp/site.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

/// The last ones win in LeaseBook::restore(). A lease without MAC: the address is kept for a board to come.
std::vector<dhcp::LeaseRecord> leases_of_seats(std::vector<dhcp::LeaseRecord> leases,
                                               const std::vector<NodeRecord>& seats);

/// What the registry begins with: a board that waits, or was denied while it did, has its address no longer
/// than its lease, and its row may name it for ever.
std::vector<NodeRecord> seats_with_leases(std::vector<NodeRecord> seats,
                                          const std::vector<dhcp::LeaseRecord>& leases, dhcp::Time now);

}  // namespace rootstock::server
