#include "server/nodes/registry.hpp"

#include <fmt/format.h>

#include <utility>

#include "server/nodes/asker.hpp"

namespace rootstock::server {

Registry::Registry(NodeSettings names, int seats, const std::vector<NodeRecord>& known)
    : names_(std::move(names)), seats_(static_cast<std::size_t>(seats)) {
  for (const auto& record : known) {
    const auto [place, added] =
        nodes_.try_emplace(record.number, Node{record, BootRecord::known(record.last_up != Time{})});
    if (added) index(place->second);
  }
}

Node* Registry::find(const std::unordered_map<std::uint64_t, int>& index, std::uint64_t key) {
  const auto found = index.find(key);
  return found == index.end() ? nullptr : &nodes_.at(found->second);
}

Node* Registry::by_mac(Mac mac) { return find(by_mac_, mac.number()); }

Node* Registry::by_address(Ipv4 address) { return find(by_address_, address.value); }

Node* Registry::by_name(std::string_view name) {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &nodes_.at(found->second);
}

Node* Registry::join(const dhcp::Board& board, Ipv4 address, std::string machine_id, Time now) {
  if (nodes_.size() >= seats_) return nullptr;
  NodeRecord record;
  record.number = next_free_number();
  record.name = name_for(record.number);
  record.mac = board.mac;
  record.address = address;
  record.dialect = dhcp::name_of(board.dialect);
  record.machine_id = std::move(machine_id);
  record.joined = now;
  Node& node = nodes_[record.number];
  node.record = std::move(record);
  index(node);
  learn(node, board);
  return &node;
}

bool Registry::learn(Node& node, const dhcp::Board& board) {
  if (!dhcp::boots(board.dialect)) return false;  // whoever just wants an address may say anything
  auto& record = node.record;
  bool news = false;
  const auto take = [&](std::string& known, std::string said) {
    if (said.empty() || said == known) return;
    known = std::move(said);
    news = true;
  };
  take(record.architecture, std::string{dhcp::name_of(dhcp::architecture_of(board))});
  if (board.serial) take(record.serial, fmt::format("{:08x}", *board.serial));
  // The firmware that asks last: a Pi that found nothing may go on with U-Boot, and that with UEFI's way to
  // boot. iPXE may be only their loader, and the ROM of a Pi may say less of itself than what it loads.
  const bool says_less = board.dialect == dhcp::Dialect::ipxe ||
                         (board.dialect == dhcp::Dialect::pi && dhcp::is_raspberry_pi(dialect_of(record)));
  if (!says_less) take(record.dialect, std::string{dhcp::name_of(board.dialect)});
  return news;
}

void Registry::move(Node& node, Ipv4 address) {
  if (address.unset()) return;
  // Another node may have taken the old address over already.
  if (by_address(node.record.address) == &node) by_address_.erase(node.record.address.value);
  node.record.address = address;
  by_address_[address.value] = node.record.number;
}

void Registry::index(const Node& node) {
  by_mac_[node.record.mac.number()] = node.record.number;
  if (!node.record.address.unset()) by_address_[node.record.address.value] = node.record.number;
  by_name_[node.record.name] = node.record.number;
}

/// A name may be taken although its number is free: the prefix in the settings was another one before.
int Registry::next_free_number() const {
  int number = 1;
  while (nodes_.contains(number) || by_name_.contains(name_for(number))) ++number;
  return number;
}

std::string Registry::name_for(int number) const {
  return fmt::format("{}{:0{}}", names_.prefix, number, names_.digits);
}

}  // namespace rootstock::server
