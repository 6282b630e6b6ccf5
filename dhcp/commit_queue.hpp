#pragma once
// Group commit: answers that wait for the disk. What arrives while one commit is in flight is the next batch.

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "dhcp/responder.hpp"

namespace rootstock::dhcp {

class CommitQueue {
 public:
  /// Takes an outcome that has a lease. A retransmitted REQUEST, whose lease waits or is being written
  /// already, does not write it twice: its answer takes the place of the older one.
  void add(Outcome outcome);

  /// The leases of the next batch, now in flight; empty when there is nothing to write or a commit is in
  /// flight.
  std::vector<LeaseRecord> begin();
  /// The commit in flight is over: its outcomes, in the order in which they came.
  std::vector<Outcome> end();

  std::size_t count() const { return waiting_.outcomes.size() + in_flight_.outcomes.size(); }

 private:
  struct Batch {
    std::vector<Outcome> outcomes;
    std::unordered_map<Mac, std::size_t> last_of;  ///< the newest outcome of each board

    bool replace_answer(Outcome& outcome);
  };

  Batch waiting_, in_flight_;
};

}  // namespace rootstock::dhcp
