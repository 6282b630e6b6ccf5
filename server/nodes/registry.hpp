#pragma once
// The seats of the cluster and who sits on them. A seat is its number: name, address, keys and machine-id
// stay with it when its board is replaced.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "dhcp/dialect.hpp"
#include "server/nodes/pulse.hpp"
#include "server/state/node_record.hpp"
#include "server/story/boot_record.hpp"

namespace rootstock::server {

/// What is remembered of a board whose identity is in doubt. After a restart it begins anew.
struct Suspicion {
  Moment stranger_at{};                   ///< when somebody else was last heard under this identity
  Moment known_at{};                      ///< when the board that is known last began to boot
  std::optional<dhcp::Board> stranger{};  ///< what it said of itself
};

struct Node {
  NodeRecord record;
  BootRecord boot;
  Pulse pulse{};
  Suspicion suspicion{};
  Moment asked_at{};  ///< when its board last asked for an address; unset: not since the head was started
};

class Registry {
 public:
  /// `seats`: how many nodes there may be; a board that makes up MAC addresses must not take the whole
  /// network. `last_number`: of a seat that there ever was.
  Registry(NodeSettings names, int seats, const std::vector<NodeRecord>& known,
           std::vector<GroupSettings> groups = {}, int last_number = 0);

  Node* by_mac(Mac mac);
  Node* by_address(Ipv4 address);
  Node* by_name(std::string_view name);
  /// Of the seats that have a board with this serial, or wait for it, the first. "" is nobody's.
  Node* by_serial(std::string_view serial);
  /// In the order of their numbers.
  std::map<int, Node>& nodes() { return nodes_; }
  const std::vector<GroupSettings>& groups() const { return groups_; }

  /// A new board takes the next free seat; null when all are taken. `machine_id`: 32 random hex digits.
  /// `address`: 0.0.0.0 when it is not known yet. Who waits (`standing`) takes no seat, only a name.
  Node* join(const dhcp::Board& board, Ipv4 address, std::string machine_id, Time now,
             Standing standing = Standing::member);
  /// A seat without a board; `name` empty: the next free one of the group.
  Node* add_vacant(std::string name, std::string group, std::string machine_id);
  /// The seat that is kept for this board: declared with its serial, else the one whose board is to be
  /// replaced, else the first that has nobody. Null: none.
  Node* seat_for(std::string_view serial);
  /// The board of `mac` sits here from now on. Nothing is known of it yet, and it has not booted here.
  void sit(Node& node, Mac mac);
  void rename(Node& node, std::string name);
  void set_serial(Node& node, std::string serial);
  /// `node` is gone after this, and its number is never given again.
  void forget(Node& node);

  void move(Node& node, Ipv4 address);
  /// Somebody who is no node has this address now.
  void vacate(Ipv4 address) { by_address_.erase(address.value); }
  /// Takes down what the board's firmware says of itself; true when that is news.
  bool learn(Node& node, const dhcp::Board& board);

  /// Of all seats, those that count: who waits or was denied has none.
  std::size_t members() const;
  bool full() const { return members() >= seats_; }
  /// The group whose `boards` name this one; "": none.
  std::string group_for(const dhcp::Board& board) const;

 private:
  Node* find(const std::unordered_map<std::uint64_t, int>& index, std::uint64_t key);
  void index(const Node& node);
  Node& add(NodeRecord record);
  std::string next_free_name(std::string_view group) const;

  NodeSettings names_;
  std::vector<GroupSettings> groups_;
  std::size_t seats_;
  int last_number_;
  std::map<int, Node> nodes_;
  std::unordered_map<std::uint64_t, int> by_mac_, by_address_;
  std::map<std::string, int, std::less<>> by_name_;
  std::multimap<std::string, int, std::less<>> by_serial_;
};

}  // namespace rootstock::server
