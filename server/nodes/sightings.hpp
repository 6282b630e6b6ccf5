#pragma once
// The boards that asked to be let in, in the order in which they were plugged in: what `rootstock nodes join`
// shows.

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>

#include "dhcp/dialect.hpp"

namespace rootstock::server {

struct Sighting {
  Mac mac;
  std::string dialect, serial;  ///< in words; serial "" when it told none
  int number = 0;               ///< of its seat; 0: it has none
  std::string outcome;          ///< "joined", "waiting", "denied", "refused", "no seat left"
  std::chrono::system_clock::time_point first{}, last{};
};

class Sightings {
 public:
  /// Boards that make up addresses push out the oldest.
  static constexpr std::size_t most = 256;

  void note(const dhcp::Board& board, int number, std::string outcome,
            std::chrono::system_clock::time_point now);
  /// Only those that are in the list already.
  void update(const Mac& mac, std::string outcome, std::chrono::system_clock::time_point now);
  void clear() { seen_.clear(); }
  const std::deque<Sighting>& all() const { return seen_; }

 private:
  Sighting* find(const Mac& mac);
  std::deque<Sighting> seen_;
};

}  // namespace rootstock::server
