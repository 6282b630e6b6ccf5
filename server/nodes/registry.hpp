#pragma once
// The seats of the cluster and who sits on them. A seat is for ever: name, number and machine-id stay with
// the MAC.

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.hpp"
#include "dhcp/dialect.hpp"
#include "server/nodes/pulse.hpp"
#include "server/story/boot_record.hpp"
#include "server/state/node_record.hpp"

namespace rootstock::server {

struct Node {
  NodeRecord record;
  BootRecord boot;
  Pulse pulse{};
};

class Registry {
 public:
  /// `seats`: how many nodes there may be; a board that makes up MAC addresses must not take the whole
  /// network.
  Registry(NodeSettings names, int seats, const std::vector<NodeRecord>& known);

  Node* by_mac(Mac mac);
  Node* by_address(Ipv4 address);
  Node* by_name(std::string_view name);
  /// In the order of their numbers.
  std::map<int, Node>& nodes() { return nodes_; }

  /// A new board takes the next free seat; null when all are taken. `machine_id`: 32 random hex digits.
  /// `address`: 0.0.0.0 when it is not known yet.
  Node* join(const dhcp::Board& board, Ipv4 address, std::string machine_id, Time now);
  void move(Node& node, Ipv4 address);
  /// Somebody who is no node has this address now.
  void vacate(Ipv4 address) { by_address_.erase(address.value); }
  /// Takes down what the board's firmware says of itself; true when that is news.
  bool learn(Node& node, const dhcp::Board& board);

 private:
  Node* find(const std::unordered_map<std::uint64_t, int>& index, std::uint64_t key);
  void index(const Node& node);
  int next_free_number() const;
  std::string name_for(int number) const;

  NodeSettings names_;
  std::size_t seats_;
  std::map<int, Node> nodes_;
  std::unordered_map<std::uint64_t, int> by_mac_, by_address_;
  std::map<std::string, int, std::less<>> by_name_;
};

}  // namespace rootstock::server
