#include "dhcp/commit_queue.hpp"

#include <utility>

namespace rootstock::dhcp {

/// The same board acknowledged for the same address again: only the newer answer is of use to it.
bool CommitQueue::Batch::replace_answer(Outcome& outcome) {
  const auto found = last_of.find(outcome.board.mac);
  if (found == last_of.end() || !outcome.reply) return false;
  auto& older = outcomes[found->second];
  const bool same =
      older.reply && older.address == outcome.address && older.lease->seated == outcome.lease->seated;
  if (same) older = std::move(outcome);
  return same;
}

void CommitQueue::add(Outcome outcome) {
  if (waiting_.replace_answer(outcome)) return;
  // Only while nothing newer of this board (a RELEASE) waits behind the commit in flight.
  if (!waiting_.last_of.contains(outcome.board.mac) && in_flight_.replace_answer(outcome)) return;
  waiting_.last_of[outcome.board.mac] = waiting_.outcomes.size();
  waiting_.outcomes.push_back(std::move(outcome));
}

std::vector<LeaseRecord> CommitQueue::begin() {
  if (!in_flight_.outcomes.empty()) return {};
  in_flight_ = std::exchange(waiting_, {});
  std::vector<LeaseRecord> leases;
  leases.reserve(in_flight_.outcomes.size());
  for (const auto& outcome : in_flight_.outcomes) leases.push_back(*outcome.lease);
  return leases;
}

std::vector<Outcome> CommitQueue::end() { return std::exchange(in_flight_, {}).outcomes; }

}  // namespace rootstock::dhcp
