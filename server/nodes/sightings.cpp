#include "server/nodes/sightings.hpp"

#include <algorithm>
#include <utility>

#include "server/nodes/identity.hpp"

namespace rootstock::server {

Sighting* Sightings::find(const Mac& mac) {
  const auto found = std::ranges::find(seen_, mac, &Sighting::mac);
  return found == seen_.end() ? nullptr : &*found;
}

void Sightings::note(const dhcp::Board& board, int number, std::string outcome,
                     std::chrono::system_clock::time_point now) {
  auto* seen = find(board.mac);
  if (seen == nullptr) {
    if (seen_.size() >= most) seen_.pop_front();
    seen = &seen_.emplace_back();
    seen->mac = board.mac;
    seen->first = now;
  }
  seen->dialect = dhcp::name_of(board.dialect);
  if (auto serial = identity_of(board).serial; !serial.empty()) seen->serial = std::move(serial);
  seen->number = number;
  seen->outcome = std::move(outcome);
  seen->last = now;
}

void Sightings::update(const Mac& mac, std::string outcome, std::chrono::system_clock::time_point now) {
  auto* seen = find(mac);
  if (seen == nullptr) return;
  seen->outcome = std::move(outcome);
  seen->last = now;
}

}  // namespace rootstock::server
