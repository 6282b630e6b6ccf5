#include "server/nodes/registry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "server/nodes/asker.hpp"
#include "server/nodes/board_words.hpp"
#include "server/nodes/identity.hpp"

namespace rootstock::server {

Registry::Registry(NodeSettings names, int seats, const std::vector<NodeRecord>& known,
                   std::vector<GroupSettings> groups, int last_number)
    : names_(std::move(names)),
      groups_(std::move(groups)),
      seats_(static_cast<std::size_t>(seats)),
      last_number_(last_number) {
  for (const auto& record : known) {
    const auto [place, added] =
        nodes_.try_emplace(record.number, Node{record, BootRecord::known(record.last_up != Time{})});
    if (added) index(place->second);
    last_number_ = std::max(last_number_, record.number);
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

Node* Registry::by_serial(std::string_view serial) {
  const auto found = by_serial_.find(serial);
  return found == by_serial_.end() ? nullptr : &nodes_.at(found->second);
}

Node* Registry::join(const dhcp::Board& board, Ipv4 address, std::string machine_id, Time now,
                     Standing standing) {
  if (standing == Standing::member && full()) return nullptr;
  NodeRecord record;
  record.group = group_for(board);
  record.name = next_free_name(record.group);
  record.mac = board.mac;
  record.address = address;
  record.dialect = dhcp::name_of(board.dialect);
  record.machine_id = std::move(machine_id);
  record.joined = now;
  record.standing = standing;
  Node& node = add(std::move(record));
  learn(node, board);
  return &node;
}

Node* Registry::add_vacant(std::string name, std::string group, std::string machine_id) {
  if (full()) return nullptr;
  NodeRecord record;
  record.name = name.empty() ? next_free_name(group) : std::move(name);
  record.group = std::move(group);
  record.machine_id = std::move(machine_id);
  return &add(std::move(record));
}

Node& Registry::add(NodeRecord record) {
  record.number = ++last_number_;
  Node& node = nodes_[record.number];
  node.record = std::move(record);
  index(node);
  return node;
}

Node* Registry::seat_for(std::string_view serial) {
  if (Node* declared = by_serial(serial); declared != nullptr && declared->record.vacant()) return declared;
  const auto first = [this](auto fits) {
    const auto found =
        std::ranges::find_if(nodes_, [&](const auto& entry) { return fits(entry.second.record); });
    return found == nodes_.end() ? nullptr : &found->second;
  };
  if (Node* awaited = first([](const NodeRecord& seat) { return seat.awaited; })) return awaited;
  return first([](const NodeRecord& seat) { return seat.vacant() && seat.serial.empty(); });
}

void Registry::sit(Node& node, Mac mac) {
  auto& record = node.record;
  if (by_mac(record.mac) == &node) by_mac_.erase(record.mac.number());
  record.mac = mac;
  by_mac_[mac.number()] = record.number;
  set_serial(node, {});
  for (auto* text : {&record.uuid, &record.model, &record.doubt, &record.dialect, &record.architecture,
                     &record.generation, &record.token})
    text->clear();
  record.awaited = false;
  record.last_up = record.last_heard = {};
  node.boot = {};
  node.pulse = {};
  node.suspicion = {};
  node.asked_at = {};
}

void Registry::rename(Node& node, std::string name) {
  by_name_.erase(node.record.name);
  node.record.name = std::move(name);
  by_name_[node.record.name] = node.record.number;
}

void Registry::set_serial(Node& node, std::string serial) {
  const auto [first, last] = by_serial_.equal_range(node.record.serial);
  for (auto entry = first; entry != last; ++entry)
    if (entry->second == node.record.number) {
      by_serial_.erase(entry);
      break;
    }
  node.record.serial = std::move(serial);
  if (!node.record.serial.empty()) by_serial_.emplace(node.record.serial, node.record.number);
}

void Registry::forget(Node& node) {
  if (by_mac(node.record.mac) == &node) by_mac_.erase(node.record.mac.number());
  if (by_address(node.record.address) == &node) by_address_.erase(node.record.address.value);
  by_name_.erase(node.record.name);
  set_serial(node, {});
  nodes_.erase(node.record.number);
}

bool Registry::learn(Node& node, const dhcp::Board& board) {
  if (!dhcp::boots(board.dialect)) return false;  // whoever just wants an address may say anything
  auto& record = node.record;
  const auto said = identity_of(board);
  bool news = false;
  const auto take = [&](std::string& known, const std::string& word) {
    if (word.empty() || word == known) return;
    known = word;
    news = true;
  };
  take(record.architecture, std::string{dhcp::name_of(dhcp::architecture_of(board))});
  if (!said.serial.empty() && said.serial != record.serial) {
    set_serial(node, said.serial);
    news = true;
  }
  // The firmware that asks last: a Pi that found nothing may go on with U-Boot, and that with UEFI's way to
  // boot. iPXE may be only their loader, and the ROM of a Pi may say less of itself than what it loads.
  const bool says_less = board.dialect == dhcp::Dialect::ipxe ||
                         (board.dialect == dhcp::Dialect::pi && dhcp::is_raspberry_pi(dialect_of(record)));
  if (says_less) return news;
  if (record.dialect != dhcp::name_of(board.dialect)) record.uuid.clear();  // another's word
  take(record.dialect, std::string{dhcp::name_of(board.dialect)});
  take(record.uuid, said.uuid);
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
  const auto& record = node.record;
  if (!record.vacant()) by_mac_[record.mac.number()] = record.number;
  // Who waited had its address for minutes only, and its row may still name it: it is its member's since.
  const auto* there = by_address(record.address);
  const bool of_a_member = there != nullptr && there->record.standing == Standing::member;
  if (!record.address.unset() && !(of_a_member && record.standing != Standing::member))
    by_address_[record.address.value] = record.number;
  by_name_[record.name] = record.number;
  if (!record.serial.empty()) by_serial_.emplace(record.serial, record.number);
}

std::size_t Registry::members() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      nodes_, [](const auto& entry) { return entry.second.record.standing == Standing::member; }));
}

std::string Registry::group_for(const dhcp::Board& board) const {
  const auto kind = words_of(board);
  const auto found = std::ranges::find_if(groups_, [&](const GroupSettings& group) {
    return std::ranges::any_of(
        group.boards, [&](const std::string& word) { return std::ranges::find(kind, word) != kind.end(); });
  });
  return found == groups_.end() ? std::string{} : found->name;
}

std::string Registry::next_free_name(std::string_view group) const {
  const auto found = std::ranges::find(groups_, group, &GroupSettings::name);
  const bool own = found != groups_.end() && !found->prefix.empty();
  const auto& prefix = own ? found->prefix : names_.prefix;
  const int digits = own ? found->digits : names_.digits;
  for (int number = 1;; ++number)
    if (auto name = fmt::format("{}{:0{}}", prefix, number, digits); !by_name_.contains(name)) return name;
}

}  // namespace rootstock::server
