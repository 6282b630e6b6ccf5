#include "dhcp/held.hpp"

#include <utility>

namespace rootstock::dhcp {

namespace {

bool listens(const Held::Question& question, Tick now) {
  if (question.listens.count() == 0) return now <= question.heard + longest_held;
  return now + way_of_an_answer <= question.first + question.listens;
}

}  // namespace

void Held::note(const Message& question, const Outcome& outcome, Tick heard) {
  if (outcome.welcome.how == Welcome::How::held)
    keep(question, heard, row_of(outcome.board.dialect).listens);
  else
    forget(outcome.board.mac);
}

void Held::keep(Message question, Tick heard, std::chrono::seconds listens) {
  const auto mac = question.mac();
  if (of_board_.size() >= most_ && !of_board_.contains(mac)) {
    std::erase_if(of_board_, [&](const auto& kept) { return kept.second.heard + longest_held < heard; });
    if (of_board_.size() >= most_) return;
  }
  const auto older = of_board_.find(mac);
  const bool again = older != of_board_.end() && older->second.message.xid == question.xid;
  const auto first = again ? older->second.first : heard;
  of_board_.insert_or_assign(mac, Question{std::move(question), heard, first, listens});
}

std::optional<Held::Question> Held::take(const Mac& mac, Tick now) {
  const auto found = of_board_.find(mac);
  if (found == of_board_.end()) return std::nullopt;
  auto question = std::move(found->second);
  of_board_.erase(found);
  if (!listens(question, now)) return std::nullopt;
  return question;
}

}  // namespace rootstock::dhcp
