#pragma once
// Answers that must not leave at once: a Raspberry Pi 3's ROM loses what comes too soon (NETBOOT-FACTS 1.2).

#include <cstddef>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

#include "dhcp/responder.hpp"

namespace rootstock::dhcp {

class Delayed {
 public:
  explicit Delayed(std::size_t most = 4096) : most_(most) {}

  /// Keeps the answer, which is due `outcome.delay` after its question was heard. It takes the place of the
  /// older one to this board; and its time, when it answers the same question again. False: too many wait,
  /// and a reply that may be lost is better than none.
  bool add(Outcome& outcome);
  std::vector<Outcome> take_due(Tick now);
  std::optional<Tick> deadline() const;

  void clear();
  std::size_t count() const { return waiting_.size(); }

 private:
  std::size_t most_;
  std::multimap<Tick, Outcome> waiting_;
  std::unordered_map<Mac, std::multimap<Tick, Outcome>::iterator> of_board_;
};

}  // namespace rootstock::dhcp
