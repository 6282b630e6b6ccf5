#include "dhcp/transactions.hpp"

#include <functional>

namespace rootstock::dhcp {

std::size_t Transactions::place(const Mac& mac, std::size_t step) const {
  constexpr std::uint64_t spread = 0x9e3779b97f4a7c15;  // boards of one make differ in a few bits only
  return (std::hash<Mac>{}(mac)*spread / (1ull << 32) + step) % entries_.size();
}

bool Transactions::remember(const Mac& mac, std::uint32_t xid, const Told& told) {
  auto* chosen = &entries_[place(mac, 0)];
  for (std::size_t step = 0; step < places; ++step) {
    auto& entry = entries_[place(mac, step)];
    if (entry.turn != 0 && entry.mac == mac) {
      chosen = &entry;
      break;
    }
    if (entry.turn < chosen->turn) chosen = &entry;
  }
  const bool known = chosen->turn != 0 && chosen->mac == mac && chosen->xid == xid;
  *chosen = {mac, xid, ++turn_, told};
  return !known;
}

std::optional<Transactions::Told> Transactions::recall(const Mac& mac, std::uint32_t xid) const {
  for (std::size_t step = 0; step < places; ++step) {
    const auto& entry = entries_[place(mac, step)];
    if (entry.turn != 0 && entry.mac == mac && entry.xid == xid) return entry.told;
  }
  return std::nullopt;
}

}  // namespace rootstock::dhcp
