#pragma once
// Questions that get no answer yet: a board that must wait for its turn is answered when somebody says so, as
// if it had asked just then.

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

#include "dhcp/message.hpp"
#include "dhcp/responder.hpp"

namespace rootstock::dhcp {

/// Whoever has not asked again for so long is not listening any more: EDK2's longest wait for an answer is
/// 32 s (NETBOOT-FACTS 1.6).
constexpr std::chrono::seconds longest_held{60};
/// An answer takes its way, and a commit of its lease.
constexpr std::chrono::seconds way_of_an_answer{1};

class Held {
 public:
  struct Question {
    Message message;
    Tick heard;
    Tick first;                       ///< when its transaction began
    std::chrono::seconds listens{0};  ///< after that; 0: nobody knows (DialectRow::listens)
  };

  explicit Held(std::size_t most = 4096) : most_(most) {}

  /// Keeps a question that its board is held at; whoever is received otherwise waits for nothing any more.
  void note(const Message& question, const Outcome& outcome, Tick heard);
  /// Keeps the latest question of its board; of too many boards, the newcomer's is not kept.
  void keep(Message question, Tick heard, std::chrono::seconds listens = {});
  /// The board's question, which is then no longer kept. None: it has none, or does not listen any more.
  std::optional<Question> take(const Mac& mac, Tick now);
  void forget(const Mac& mac) { of_board_.erase(mac); }

  void clear() { of_board_.clear(); }
  std::size_t count() const { return of_board_.size(); }

 private:
  std::size_t most_;
  std::unordered_map<Mac, Question> of_board_;
};

}  // namespace rootstock::dhcp
