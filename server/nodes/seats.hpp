#pragma once
// What an admin may do with seats. Each change is whole: the registry, the addresses and the disk, or, with
// words why not, none of them.

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "config/settings.hpp"
#include "server/nodes/reception.hpp"

namespace rootstock::server {

class Seats {
 public:
  using Done = Result<void, Failure>;

  /// `hurry`: what was saved goes to the disk now. Somebody was told that it is done, and rows of nodes wait
  /// for others otherwise.
  Seats(const Settings& settings, Registry& registry, Reception& reception, std::function<void()> hurry = {});

  /// Lets in who waits or was denied; ends a doubt in favour of the board that asked last.
  Done approve(Node& node);
  /// No answer to this board from now on, when it boots. What runs on it goes on, with its address, until it
  /// is switched off.
  Done deny(Node& node);

  /// Changes nothing: may this seat be declared? (Rows of one list against each other: not seen here.)
  Done may_declare(const DeclaredNode& wanted) const;
  /// A seat for a board that is yet to come, or more about one that is there. Without MAC and serial the next
  /// new board takes it. A board that waits with this MAC has it at once.
  Result<Node*, Failure> declare(const DeclaredNode& wanted);
  /// The seats of the settings, at start: what cannot be as they say is logged.
  void declare_from_settings();

  /// The next new board, or the one at `with`, takes this seat: name, address and keys stay.
  Done replace(Node& node, std::optional<Mac> with);
  /// Nobody is to be replaced after all.
  Done keep_board(Node& node);
  /// Number, address, keys and machine-id stay; its system has the new name from its next boot on.
  Done rename(Node& node, std::string_view name);
  /// The seat is gone, and `node` with it. Refused while its system runs, unless `force`.
  Done forget(Node& node, bool force);

  /// "" takes it out of its group.
  Done set_group(Node& node, std::string_view group);
  /// "compute/7"; "" for the active one. Whether there is such a generation, whoever asks has seen to.
  Done pin(Node& node, std::string_view label);
  /// image, kernel_options, address. An empty value: as its group or the site has it, and an address out of
  /// the pool, which it gets when it asks.
  Done set(Node& node, std::string_view key, std::string_view value);

  /// Until then every new board is let in; the list of boards seen begins anew.
  void open_door(Time until) { reception_.open_door(until); }
  void shut_door() { reception_.shut_door(); }
  std::optional<Time> door_open_until() const;
  /// In the order in which they were plugged in.
  const std::deque<Sighting>& boards_seen() const { return reception_.sightings().all(); }

 private:
  Done may_have(const DeclaredNode& wanted, const Node* seat) const;
  Done may_have_mac(const DeclaredNode& wanted, const Node* seat) const;
  Done addresses_are_ours() const;
  Done may_have_address(Ipv4 address, const Node* seat) const;
  Done check_group(std::string_view group) const;
  Done set_address(Node& node, std::string_view value);
  Done may_set_address(const Node& node, std::optional<Ipv4> address) const;
  bool is_declared(const Node& node) const;
  void give_mac(Node& node, const Mac& mac);
  void save(const Node& node);
  void hurry() const;

  const Settings& settings_;
  Registry& registry_;
  Reception& reception_;
  std::function<void()> hurry_;
};

}  // namespace rootstock::server
