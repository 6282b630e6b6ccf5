#include "server/nodes/reception.hpp"

#include <algorithm>
#include <utility>

#include "server/log/log.hpp"
#include "server/nodes/alive.hpp"
#include "server/nodes/identity.hpp"

namespace rootstock::server {

using How = dhcp::Welcome::How;

dhcp::Welcome Reception::receive(const dhcp::Board& board, bool starts, Clocks now) {
  Node* node = house_.registry.by_mac(board.mac);
  dhcp::Welcome welcome;
  if (node == nullptr && dhcp::boots(board.dialect)) node = receive_stranger(board, now, welcome);
  if (node == nullptr) return welcome;
  node->asked_at = now.moment;
  verify(*node, board, starts, now.moment);
  const auto& record = node->record;
  welcome.name = record.name;
  switch (record.standing) {
    case Standing::denied:
      sightings_.update(board.mac, "denied", now.wall);
      // What runs keeps the address that it has until it is off; firmware, and whoever starts over, has none.
      if (!starts && !dhcp::boots(board.dialect) && runs(*node, now)) return welcome;
      return {.how = How::refused, .name = record.name, .why = record.name + " was denied"};
    case Standing::waiting:
      if (comes_in(*node, now)) {
        let_in(*node);
        sightings_.note(board, record.number, "joined", now.wall);
        break;
      }
      sightings_.note(board, record.number, "waiting", now.wall);
      welcome.how = How::parked;
      welcome.lease = parked_lease;
      return welcome;
    case Standing::member: break;
  }
  welcome.how = How::seated;
  if (!record.address.unset()) welcome.address = record.address;
  if (!starts || !dhcp::boots(board.dialect) || !record.doubt.empty()) return welcome;
  if (const auto pass = house_.doorkeeper.ask_at_dhcp(*node, board, now.moment); !pass.go) {
    welcome.how = How::held;
    welcome.why = pass.words;
  }
  return welcome;
}

Node* Reception::receive_stranger(const dhcp::Board& board, Clocks now, dhcp::Welcome& welcome) {
  auto& registry = house_.registry;
  const auto serial = identity_of(board).serial;
  const Node* known = registry.by_serial(serial);
  const bool cloned = known != nullptr && !known->record.vacant();
  Node* kept = registry.seat_for(serial);
  if (kept != nullptr && kept->record.awaited && kept->pulse.alive(now.moment)) {
    log::limited("a seat to be replaced is in use",
                 fmt::format("{} is new and does not take the seat of {}: the board that was to be replaced "
                             "runs again. To exchange it all the same: rootstock shutdown {}, then "
                             "rootstock nodes replace {} --with {}",
                             board.mac.text(), kept->record.name, kept->record.name, kept->record.name,
                             board.mac.text()));
    kept = nullptr;
  }
  if (kept != nullptr && (!cloned || kept->record.awaited)) {
    sit(*kept, board.mac, now);
    sightings_.note(board, kept->record.number, "joined", now.wall);
    return kept;
  }
  const auto decision = decide(mode_, door_open_until(now.wall).has_value(), board);
  if (decision.entry == Entry::refuse) {
    log::limited("boards that may not join", decision.why);
    sightings_.note(board, 0, "refused", now.wall);
    welcome = {.how = How::refused, .why = decision.why};
    return nullptr;
  }
  if (cloned) {
    // The known one may wait itself, and be the one that makes room.
    const auto record = known->record;
    const bool alive = is_alive(*known, now);
    Node* parked = park(board, now, "?");
    doubt(*parked, words_for_cloned_serial(record, alive, board.mac, parked->record.name), now.moment);
    return parked;
  }
  if (decision.entry == Entry::seat) return seat_new(board, now);
  Node* parked = park(board, now, {});
  log::limited("boards that wait", decision.why + " (" + parked->record.name + ")");
  return parked;
}

Node* Reception::seat_new(const dhcp::Board& board, Clocks now) {
  Node* node = house_.registry.join(board, {}, house_.new_id(), now.wall);
  if (node == nullptr) {
    log::limited("no seat left", board.mac.text() +
                                     " asks for a seat, but every seat is taken: raise slurm.max_nodes, or "
                                     "`rootstock nodes forget` those that are gone");
    sightings_.note(board, 0, "no seat left", now.wall);
    return nullptr;
  }
  log::info("{} is new: {} ({})", node->record.name, board.mac.text(), node->record.dialect);
  sightings_.note(board, node->record.number, "joined", now.wall);
  house_.save(node->record);
  return node;
}

Node* Reception::park(const dhcp::Board& board, Clocks now, const std::string& doubt) {
  make_room(now.moment);
  Node* node = house_.registry.join(board, {}, house_.new_id(), now.wall, Standing::waiting);
  node->record.doubt = doubt;
  sightings_.note(board, node->record.number, "waiting", now.wall);
  if (doubt.empty()) house_.save(node->record);
  return node;
}

/// Who waits for the door asks again and again; it was switched on before somebody opened it. Who waits to be
/// approved is no business of the door's.
bool Reception::comes_in(const Node& node, Clocks now) const {
  return mode_ == JoinMode::window && door_open_until(now.wall) && node.record.doubt.empty() &&
         !house_.registry.full();
}

void Reception::let_in(Node& node) {
  auto& record = node.record;
  keep_address(node);
  record.standing = Standing::member;
  log::info("{} is new: {} ({})", record.name, record.mac.text(), record.dialect);
  house_.save(record);
}

void Reception::keep_address(Node& node) {
  auto& address = node.record.address;
  if (house_.registry.by_address(address) != &node)
    address = {};
  else if (house_.addresses.ours())
    house_.addresses.reserve(address);
}

void Reception::make_room(Moment now) {
  Node* most_silent = nullptr;
  std::size_t waiting = 0;
  for (auto& [number, node] : house_.registry.nodes()) {
    if (node.record.standing != Standing::waiting) continue;
    ++waiting;
    if (most_silent == nullptr || node.asked_at < most_silent->asked_at) most_silent = &node;
  }
  if (waiting < most_waiting) return;
  log::limited(
      "too many boards wait",
      fmt::format("{} boards wait to be let in: {}, which was silent longest, waits no more. A device "
                  "that makes up addresses?",
                  waiting, most_silent->record.mac.text()));
  forget(*most_silent, now);
}

void Reception::sit(Node& node, const Mac& mac, Clocks now) {
  auto& record = node.record;
  const bool replaces = !record.vacant();
  log::info("{} is {} now{}", record.name, mac.text(),
            replaces ? " in place of " + record.mac.text() : std::string{});
  house_.doorkeeper.on_end(node, now.moment);
  house_.registry.sit(node, mac);
  if (record.joined == Time{}) record.joined = now.wall;
  if (house_.addresses.ours() && !record.address.unset()) house_.addresses.reserve(record.address);
  house_.save(record);
}

void Reception::forget(Node& node, Moment now) {
  const auto record = node.record;
  // Who waited had its address for minutes only: a seat may have it since.
  const bool its_own = house_.registry.by_address(record.address) == &node;
  house_.doorkeeper.on_end(node, now);
  house_.registry.forget(node);
  if (house_.addresses.ours() && its_own) house_.addresses.release(record.address);
  house_.forget(record);
}

void Reception::doubt(Node& node, const std::string& words, Moment now) {
  auto& record = node.record;
  if (record.doubt == words) return;
  record.doubt = words;
  house_.save(record);
  node.boot.on_doubt(words, now);
  log::at_most(10, log::Level::warning, "identity in doubt",
               record.name + " is in doubt and gets no overlay: " + words);
}

/// The same MAC: is it the same board?
void Reception::verify(Node& node, const dhcp::Board& board, bool starts, Moment now) {
  if (node.record.standing != Standing::member) return;
  if (const auto wrong = contradiction(node.record, board); !wrong.empty()) {
    node.suspicion.stranger_at = now;
    node.suspicion.stranger = board;
    return doubt(node, words_for_impostor(node.record, wrong), now);
  }
  if (starts && dhcp::boots(board.dialect)) node.suspicion.known_at = now;
}

void Reception::look_around(Clocks now) {
  for (auto& [number, node] : house_.registry.nodes())
    if (node.record.standing == Standing::member) look_at(node, now.moment);
}

void Reception::look_at(Node& node, Moment now) {
  auto& suspicion = node.suspicion;
  const auto& pulse = node.pulse;
  const bool twin = (pulse.beat_at && pulse.alive(now) &&
                     runs_on_elsewhere(suspicion.known_at, *pulse.beat_at,
                                       std::chrono::duration<double>(pulse.beat.uptime))) ||
                    (pulse.other_at && now - *pulse.other_at <= lost_after);
  if (twin) {
    // The firmware that asked was the stranger's; whoever else speaks now is one, too.
    const auto heard = pulse.other_at ? std::max(*pulse.other_at, suspicion.known_at) : suspicion.known_at;
    suspicion.stranger_at = std::max(suspicion.stranger_at, heard);
    if (node.record.doubt.empty()) doubt(node, words_for_twin(node.record), now);
    return;
  }
  if (node.record.doubt.empty()) return;
  if (suspicion.stranger_at == Moment{}) suspicion.stranger_at = now;  // of an earlier run of the head
  const bool calm = suspicion.known_at >= suspicion.stranger_at + calm_after_doubt;
  if (!calm || now < suspicion.known_at + lost_after) return;
  node.record.doubt.clear();
  suspicion = {};
  house_.save(node.record);
  log::info("{}: only one board was heard for {} min, it is no more in doubt", node.record.name,
            calm_after_doubt.count());
}

void Reception::open_door(Time until) {
  sightings_.clear();
  door_until_ = until;
}

std::optional<Time> Reception::door_open_until(Time now) const {
  return now < door_until_ ? std::optional{door_until_} : std::nullopt;
}

}  // namespace rootstock::server
