#include "dhcp/leases.hpp"

namespace rootstock::dhcp {

const LeaseBook::Slot* LeaseBook::slot(Ipv4 address) const {
  const auto found = slots_.find(address.value);
  return found == slots_.end() ? nullptr : &found->second;
}

void LeaseBook::restore(const LeaseRecord& record) {
  if (!(record.seated ? space_.is_host(record.address) : in_pool(record.address))) return;
  // Two rows may name one address (it was given on) or one board (it moved): a seat wins, else the later one.
  const auto outranks = [&](Ipv4 address) {
    const auto* there = slot(address);
    if (!there) return true;
    return record.seated != there->seated ? record.seated : record.until >= there->until;
  };
  if (!outranks(record.address)) return;
  if (const auto other = address_of(record.mac); other && !outranks(*other)) return;
  if (record.mac == Mac{}) return reserve(record.address);
  bind(record.mac, record.address, record.until, record.seated);
}

std::optional<Ipv4> LeaseBook::offer(const Mac& mac, std::optional<Ipv4> wanted, Time now, Time until) {
  if (const auto own = address_of(mac)) {
    auto& held = slots_.at(own->value);
    if (!held.seated && held.until < until) hold_until(*own, held, until);
    return own;
  }
  const auto untouched = [&](Ipv4 address) { return in_pool(address) && !slot(address); };
  auto address = wanted && untouched(*wanted) ? wanted : never_used();
  if (!address) address = longest_free(now);
  if (!address) address = oldest_offer(until);
  if (address) hold(mac, *address, until);
  return address;
}

bool LeaseBook::may_take(const Mac& mac, Ipv4 address, Time now) const {
  const auto* there = slot(address);
  if (there && there->state != State::nobodys && there->owner == mac) return true;
  return in_pool(address) && (!there || (!there->seated && there->until <= now));
}

LeaseRecord LeaseBook::bind(const Mac& mac, Ipv4 address, Time until, bool seated) {
  auto& slot = claim(mac, address);
  leave_queue(address, slot);
  slot.state = State::bound;
  slot.proved = true;
  slot.seated = slot.seated || seated;
  hold_until(address, slot, until);
  return {mac, address, until, slot.seated};
}

void LeaseBook::seat(Ipv4 address) {
  const auto found = slots_.find(address.value);
  if (found == slots_.end() || found->second.state == State::nobodys) return;
  leave_queue(address, found->second);
  found->second.seated = true;
}

/// The slot of `address`, empty: whoever had it is forgotten.
LeaseBook::Slot& LeaseBook::nobodys(Ipv4 address) {
  auto& slot = slots_[address.value];
  leave_queue(address, slot);
  if (slot.state != State::nobodys) addresses_.erase(slot.owner);
  return slot = Slot{{}, {}, State::nobodys, false, false};
}

void LeaseBook::reserve(Ipv4 address) {
  if (space_.is_host(address)) nobodys(address).seated = true;
}

bool LeaseBook::give(const Mac& mac, Ipv4 address, Time now) {
  const auto* there = slot(address);
  if (there && there->state != State::nobodys && there->owner == mac) return true;
  const bool kept = there && there->seated && there->state == State::nobodys;
  const bool free = !there || (!there->seated && there->until <= now);
  if (!space_.is_host(address) || (!kept && !free)) return false;
  claim(mac, address).seated = true;
  return true;
}

void LeaseBook::free_seat(Ipv4 address, Time now) {
  const auto* there = slot(address);
  if (!there || !there->seated) return;
  auto& emptied = nobodys(address);
  if (in_pool(address))
    hold_until(address, emptied, now);
  else
    slots_.erase(address.value);
}

bool LeaseBook::is_free(Ipv4 address, Time now) const {
  const auto* there = slot(address);
  return space_.is_host(address) && (!there || (!there->seated && there->until <= now));
}

std::optional<LeaseRecord> LeaseBook::release(const Mac& mac, Ipv4 address, Time now) {
  const auto* there = slot(address);
  if (!there || there->owner != mac || there->state != State::bound) return std::nullopt;
  hold_until(address, slots_.at(address.value), now);
  return LeaseRecord{mac, address, now, there->seated};
}

void LeaseBook::withdraw(const Mac& mac, Time now) {
  const auto own = address_of(mac);
  if (own && slot(*own)->state == State::offered) hold_until(*own, slots_.at(own->value), now);
}

std::optional<LeaseRecord> LeaseBook::decline(Ipv4 address, Time now, Time until) {
  const auto found = slots_.find(address.value);
  if (found == slots_.end() || found->second.state == State::nobodys) return std::nullopt;
  auto& slot = found->second;
  std::optional<LeaseRecord> ended;
  if (slot.state == State::bound) ended = LeaseRecord{slot.owner, address, now, false};
  leave_queue(address, slot);
  addresses_.erase(slot.owner);
  slot = Slot{{}, {}, State::nobodys, false, false};
  if (in_pool(address))
    hold_until(address, slot, until);
  else
    slots_.erase(found);
  return ended;
}

std::optional<Ipv4> LeaseBook::address_of(const Mac& mac) const {
  const auto found = addresses_.find(mac);
  return found == addresses_.end() ? std::nullopt : std::optional{found->second};
}

bool LeaseBook::is_proved(Ipv4 address) const {
  const auto* there = slot(address);
  return there && there->proved;
}

void LeaseBook::prove(Ipv4 address) {
  if (const auto found = slots_.find(address.value); found != slots_.end()) found->second.proved = true;
}

/// Slots are never taken away from pool addresses, so what is behind the mark stays behind it.
std::optional<Ipv4> LeaseBook::never_used() {
  for (; fresh_ <= space_.pool.last.value; ++fresh_) {
    const Ipv4 address{static_cast<std::uint32_t>(fresh_)};
    if (space_.is_host(address) && !slot(address)) return address;
  }
  return std::nullopt;
}

std::optional<Ipv4> LeaseBook::longest_free(Time now) const {
  std::optional<std::pair<Time, std::uint32_t>> first;
  for (const auto* queue : {&offered_, &reusable_})
    if (!queue->empty() && (!first || *queue->begin() < *first)) first = *queue->begin();
  return first && first->first <= now ? std::optional{Ipv4{first->second}} : std::nullopt;
}

/// `until`: how long an offer made now is held; one that ends as much earlier is as much older.
std::optional<Ipv4> LeaseBook::oldest_offer(Time until) const {
  if (offered_.empty() || offered_.begin()->first + least_offer > until) return std::nullopt;
  return Ipv4{offered_.begin()->second};
}

/// The slot of `address`, now the board's: whoever had it is forgotten, and so is what else the board had.
LeaseBook::Slot& LeaseBook::claim(const Mac& mac, Ipv4 address) {
  const auto [place, is_new] = slots_.try_emplace(address.value);
  auto& slot = place->second;
  const bool stays = !is_new && slot.state != State::nobodys && slot.owner == mac;
  if (stays) return slot;
  if (!is_new) {
    leave_queue(address, slot);
    if (slot.state != State::nobodys) addresses_.erase(slot.owner);
  }
  if (const auto before = address_of(mac)) {
    auto& left = slots_.at(before->value);
    leave_queue(*before, left);
    left = Slot{{}, left.until, State::nobodys, false, false};
    hold_until(*before, left, Time{});
  }
  slot = Slot{mac, {}, State::offered, false, false};
  addresses_[mac] = address;
  return slot;
}

void LeaseBook::hold_until(Ipv4 address, Slot& slot, Time until) {
  leave_queue(address, slot);
  slot.until = until;
  if (!slot.seated && in_pool(address)) queue_of(slot).emplace(until, address.value);
}

void LeaseBook::leave_queue(Ipv4 address, const Slot& slot) {
  queue_of(slot).erase({slot.until, address.value});
}

}  // namespace rootstock::dhcp
