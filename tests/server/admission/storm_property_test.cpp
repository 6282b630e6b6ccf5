// Storms of random boards, by seed: whatever boards do, places are not overbooked, nobody is passed over for
// ever, and the order in which boots began is the order in which they are let in.
#include <random>

#include "server/admission/admission.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock::server;
using namespace std::chrono_literals;
using State = Admission::State;

namespace {

constexpr std::size_t places = 8;

/// A board as the queue sees it: which gates it asks at, how long it loads, and whether it dies on the way.
struct Board {
  Admission::Key key = 0;
  Moment began{}, busy_until{}, asks_at{};
  enum { off, at_dhcp, loading, starting, at_initramfs, loading_root, up, dead } does = off;
  bool can_wait = true;
  int dies_in = -1;  ///< number of the step in which its power goes; -1: never
};

class Storm {
 public:
  Storm(std::uint32_t seed, int boards) : random_(seed) {
    admission_.set_limit(places);
    for (int key = 1; key <= boards; ++key) {
      Board board;
      board.key = key;
      board.began = board.asks_at = now_ + std::chrono::milliseconds{up_to(3000)};
      board.can_wait = up_to(3) > 0;
      if (up_to(9) == 0) board.dies_in = up_to(2);
      boards_.push_back(board);
    }
  }

  /// To the end of the storm; false: it had none.
  bool runs() {
    for (int step = 0; step < 40'000; ++step) {
      now_ += 100ms;
      for (auto& board : boards_) acts(board);
      for (const auto key : admission_.advance(now_))
        boards_[static_cast<std::size_t>(key - 1)].asks_at = now_;
      check_places();
      if (std::ranges::all_of(boards_, [](const Board& board) { return board.does >= Board::up; }))
        return true;
    }
    return false;
  }

  const std::vector<Board>& boards() const { return boards_; }
  const std::vector<Admission::Key>& entered() const { return entered_; }
  std::size_t overbooked() const { return overbooked_; }

 private:
  int up_to(int most) { return std::uniform_int_distribution<int>{0, most}(random_); }

  void acts(Board& board) {
    if (now_ < board.asks_at || now_ < board.busy_until) return;
    switch (board.does) {
      case Board::off:
      case Board::at_dhcp: return knocks(board, Gate::dhcp, Board::loading, 8s);
      case Board::loading:
        admission_.on_fetched(board.key, 1, BootPart::kernel, now_);
        admission_.on_fetched(board.key, 1, BootPart::initramfs, now_);
        board.busy_until = now_ + 2s;
        return goes_on(board, Board::starting, 1);
      case Board::starting:
      case Board::at_initramfs: return knocks(board, Gate::initramfs, Board::loading_root, 1s);
      case Board::loading_root: admission_.end(board.key); return goes_on(board, Board::up, -2);
      default: return;
    }
  }

  void knocks(Board& board, Gate gate, decltype(Board::does) next, std::chrono::milliseconds again) {
    board.does = gate == Gate::dhcp ? Board::at_dhcp : Board::at_initramfs;
    const bool cannot_wait = gate == Gate::dhcp && !board.can_wait;
    if (cannot_wait) {
      admission_.on_load(board.key, board.began, now_);
    } else if (!admission_.ask(board.key, gate, board.began, now_)) {
      board.asks_at = now_ + again;
      return;
    }
    if (gate == Gate::dhcp && !cannot_wait) entered_.push_back(board.key);
    board.busy_until = now_ + std::chrono::milliseconds{2000 + up_to(4000)};
    goes_on(board, next, gate == Gate::dhcp ? 0 : 2);
  }

  void goes_on(Board& board, decltype(Board::does) next, int step) {
    board.does = board.dies_in == step ? Board::dead : next;
  }

  /// Those who cannot wait may be more than the places; nobody else may be let in beside them.
  void check_places() {
    std::size_t forced = 0;
    for (const auto& board : boards_) forced += !board.can_wait && board.does == Board::loading;
    const auto taken = admission_.places_taken();
    if (taken > std::max(places, forced_before_ + places)) ++overbooked_;
    if (forced == 0 && forced_before_ == 0 && taken > places) ++overbooked_;
    forced_before_ = forced;
  }

  std::mt19937 random_;
  Admission admission_;
  Moment now_{std::chrono::hours{24 * 30}};
  std::vector<Board> boards_;
  std::vector<Admission::Key> entered_;
  std::size_t overbooked_ = 0, forced_before_ = 0;
};

}  // namespace

TEST_CASE("every storm ends, with all up that did not die") {
  const auto seed = GENERATE(range(1U, 41U));
  Storm storm{seed, 60};
  CAPTURE(seed);
  REQUIRE(storm.runs());
  for (const auto& board : storm.boards()) CHECK((board.does == Board::up || board.dies_in >= 0));
  CHECK(storm.overbooked() == 0);
}

/// A board may have been called, and a later one too, before either comes: they swap by what one of them
/// takes to come, never by more than the places.
TEST_CASE("boots enter in the order in which they began") {
  const auto seed = GENERATE(range(41U, 61U));
  Storm storm{seed, 80};
  CAPTURE(seed);
  REQUIRE(storm.runs());
  std::map<Admission::Key, Moment> began;
  for (const auto& board : storm.boards()) began[board.key] = board.began;
  std::size_t swapped = 0;
  const auto& entered = storm.entered();
  for (std::size_t i = 1; i < entered.size(); ++i)
    if (began[entered[i]] + Admission::together < began[entered[i - 1]]) ++swapped;
  CHECK(swapped == 0);
}
