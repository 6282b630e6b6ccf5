#include "dhcp/probes.hpp"

namespace rootstock::dhcp {

bool Probes::start(Ipv4 address, Message question, Tick heard, Tick now) {
  const auto due = now + probe_time;
  const auto [place, is_new] = waiting_.try_emplace(address, Held{{}, heard, due});
  place->second.question = std::move(question);
  if (is_new) queue_.push_back({address, due});
  return is_new;
}

std::optional<Probes::Waiting> Probes::on_used(Ipv4 address, const Mac& mac) {
  const auto found = waiting_.find(address);
  if (found == waiting_.end() || found->second.question.mac() == mac) return std::nullopt;
  Waiting ended{address, std::move(found->second.question), found->second.heard};
  waiting_.erase(found);
  return ended;
}

std::vector<Probes::Waiting> Probes::take_due(Tick now) {
  std::vector<Waiting> due;
  for (; !queue_.empty() && queue_.front().due <= now; queue_.pop_front()) {
    if (!is_live(queue_.front())) continue;
    const auto found = waiting_.find(queue_.front().address);
    due.push_back({found->first, std::move(found->second.question), found->second.heard});
    waiting_.erase(found);
  }
  return due;
}

std::optional<Tick> Probes::deadline() {
  while (!queue_.empty() && !is_live(queue_.front())) queue_.pop_front();
  return queue_.empty() ? std::nullopt : std::optional{queue_.front().due};
}

bool Probes::is_live(const Begun& begun) const {
  const auto found = waiting_.find(begun.address);
  return found != waiting_.end() && found->second.due == begun.due;
}

}  // namespace rootstock::dhcp
