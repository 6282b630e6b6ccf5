#include "dhcp/held.hpp"

#include <utility>

namespace rootstock::dhcp {

void Held::keep(Message question, Tick heard) {
  const auto mac = question.mac();
  if (of_board_.size() >= most_ && !of_board_.contains(mac)) {
    std::erase_if(of_board_, [&](const auto& kept) { return kept.second.heard + longest_held < heard; });
    if (of_board_.size() >= most_) return;
  }
  of_board_.insert_or_assign(mac, Question{std::move(question), heard});
}

std::optional<Held::Question> Held::take(const Mac& mac, Tick now) {
  const auto found = of_board_.find(mac);
  if (found == of_board_.end()) return std::nullopt;
  auto question = std::move(found->second);
  of_board_.erase(found);
  if (question.heard + longest_held < now) return std::nullopt;
  return question;
}

}  // namespace rootstock::dhcp
