#include "dhcp/delayed.hpp"

#include <utility>

namespace rootstock::dhcp {

bool Delayed::add(Outcome& outcome) {
  const auto mac = outcome.board.mac;
  auto due = outcome.heard + outcome.delay;
  if (const auto found = of_board_.find(mac); found != of_board_.end()) {
    const auto older = found->second;
    if (older->second.reply->xid == outcome.reply->xid) due = older->first;
    waiting_.erase(older);
    of_board_.erase(found);
  } else if (waiting_.size() >= most_) {
    return false;
  }
  of_board_[mac] = waiting_.emplace(due, std::move(outcome));
  return true;
}

std::vector<Outcome> Delayed::take_due(Tick now) {
  std::vector<Outcome> due;
  while (!waiting_.empty() && waiting_.begin()->first <= now) {
    auto& outcome = waiting_.begin()->second;
    of_board_.erase(outcome.board.mac);
    due.push_back(std::move(outcome));
    waiting_.erase(waiting_.begin());
  }
  return due;
}

std::optional<Tick> Delayed::deadline() const {
  return waiting_.empty() ? std::nullopt : std::optional{waiting_.begin()->first};
}

void Delayed::clear() {
  of_board_.clear();
  waiting_.clear();
}

}  // namespace rootstock::dhcp
