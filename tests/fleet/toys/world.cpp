#include "tests/fleet/toys/world.hpp"

#include <algorithm>

namespace rootstock::fleet::testing {

World::World(Head& head, const Weather& weather)
    : head_(head), up_(weather), down_([&] {
        auto other = weather;
        other.seed += 1000;
        return other;
      }()) {}

Board& World::plug_in(const BoardSpec& spec) {
  boards_.push_back(make_board(spec));
  boards_.back()->power_on(now_);
  collect();
  return *boards_.back();
}

bool World::all_up() const {
  return std::ranges::all_of(boards_, [](const auto& board) { return board->handover().has_value(); });
}

void World::collect() {
  for (auto& board : boards_) {
    // One reply may lead to the next request at once.
    while (const auto request = board->take_web_request()) board->on_web(head_.get(*request), now_);
    for (auto& frame : board->take_frames()) {
      heard.push_back(frame);
      up_.send(std::move(frame), now_);
    }
  }
  for (auto& [at, frame] : head_.take_frames()) delayed_.emplace(at, std::move(frame));
  while (!delayed_.empty() && delayed_.begin()->first <= now_)
    down_.send(std::move(delayed_.extract(delayed_.begin()).mapped()), now_);
}

std::optional<Tick> World::next() const {
  std::optional<Tick> first = up_.next();
  const auto earlier = [&](std::optional<Tick> at) {
    if (at && (!first || *at < *first)) first = at;
  };
  earlier(down_.next());
  earlier(head_.deadline());
  if (!delayed_.empty()) earlier(delayed_.begin()->first);
  for (const auto& board : boards_) earlier(board->deadline());
  return first;
}

void World::run(Tick limit) {
  const auto until = now_ + limit;
  for (auto at = next(); at && *at <= until; at = next()) {
    now_ = std::max(now_, *at);
    while (const auto frame = up_.take(now_)) head_.on_frame(*frame, now_);
    while (const auto frame = down_.take(now_)) {
      const auto to = Reader{*frame}.mac();
      for (auto& board : boards_)
        if (to == board->mac() || to == broadcast_mac) board->on_frame(*frame, now_);
    }
    head_.on_timer(now_);
    for (auto& board : boards_)
      if (const auto due = board->deadline(); due && *due <= now_) board->on_timer(now_);
    collect();
    const auto finished = [](const auto& board) {
      return board->handover() || (board->progress().stage == Stage::dead && !board->deadline());
    };
    if (std::ranges::all_of(boards_, finished)) return;
  }
}

}  // namespace rootstock::fleet::testing
