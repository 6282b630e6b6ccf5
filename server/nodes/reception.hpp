#pragma once
// Receives boards that ask for an address: who they are, whether a seat is kept for them, and whether they
// are let in. Boards that wait have a row and a name, and an address for two minutes at a time.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "dhcp/site.hpp"
#include "server/nodes/addresses.hpp"
#include "server/nodes/doorkeeper.hpp"
#include "server/nodes/joining.hpp"
#include "server/nodes/registry.hpp"
#include "server/nodes/sightings.hpp"

namespace rootstock::server {

class Reception {
 public:
  struct House {
    Registry& registry;
    Doorkeeper& doorkeeper;
    std::function<void(const NodeRecord&)> save;    ///< puts a node's row on its way to the disk
    std::function<void(const NodeRecord&)> forget;  ///< takes it off the disk, with all that hangs on it
    std::function<std::string()> new_id;            ///< 32 random hex digits
    Addresses addresses{};
  };
  Reception(House house, JoinMode mode) : house_(std::move(house)), mode_(mode) {}

  /// How long a board that waits has its address. Its initramfs renews it, and has the seat's own within a
  /// minute after somebody said yes.
  static constexpr std::chrono::minutes parked_lease{2};
  /// More boards than this do not wait: the one that was silent longest goes.
  static constexpr std::size_t most_waiting = 256;

  /// Before any answer to the board. `starts`: it DISCOVERs.
  dhcp::Welcome receive(const dhcp::Board& board, bool starts, Clocks now);
  /// Every few seconds: two systems that talk as one node, and doubts that are over.
  void look_around(Clocks now);

  /// Until then every new board is let in, and with join = "window" who waits already as soon as it asks
  /// again.
  void open_door(Time until);
  void shut_door() { door_until_ = {}; }
  std::optional<Time> door_open_until(Time now) const;
  /// Since the door was last opened, in the order in which they came.
  const Sightings& sightings() const { return sightings_; }

  /// The board of `mac` sits on this seat from now on.
  void sit(Node& node, const Mac& mac, Clocks now);
  /// Who waited is let in, and had its address for minutes only: somebody may have it since, and else from
  /// now on nobody does, also while the board is switched off.
  void keep_address(Node& node);
  /// The seat is gone, with all that hangs on it.
  void forget(Node& node, Moment now);
  void doubt(Node& node, const std::string& words, Moment now);

  House& house() { return house_; }

 private:
  Node* receive_stranger(const dhcp::Board& board, Clocks now, dhcp::Welcome& welcome);
  Node* park(const dhcp::Board& board, Clocks now, const std::string& doubt);
  Node* seat_new(const dhcp::Board& board, Clocks now);
  bool comes_in(const Node& node, Clocks now) const;
  void let_in(Node& node);
  void make_room(Moment now);
  void verify(Node& node, const dhcp::Board& board, bool starts, Moment now);
  void look_at(Node& node, Moment now);

  House house_;
  JoinMode mode_;
  Time door_until_{};
  Sightings sightings_;
};

}  // namespace rootstock::server
