#pragma once
// One board of the fleet with all that is around it: its firmware, its address while this machine's TCP
// speaks for it, its node, and what has become of it.

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/fleet/system/lent_address.hpp"
#include "tests/fleet/system/node.hpp"
#include "tests/fleet/system/outcome.hpp"
#include "tests/fleet/system/plan.hpp"

namespace rootstock::fleet {

class Seat {
 public:
  struct Surroundings {
    boost::asio::io_context& loop;
    std::function<Tick()> now;
    Goal goal;
    Appetite appetite;
    bool keep = false;
  };
  Seat(Player player, Surroundings around, Tick power_on_at);

  std::function<void(Seat&, Ipv4 address, Ipv4 mask, Ipv4 head)> on_address;
  std::function<void(Seat&)> on_change;  ///< something happened that no call from outside has caused
  std::optional<Tick> scheduled;         ///< the caller's note of deadline()

  // After each of these calls the caller lets the seat settle() and takes its frames.
  void on_frame(Bytes frame);
  void on_kernel_frame(Bytes frame);
  void on_timer();
  void settle();

  std::optional<Tick> deadline() const;
  std::vector<Frame> take_frames();
  /// A frame for the address that is lent, and nothing that firmware or ARP deals with.
  bool wants_for_kernel(Bytes frame) const;
  /// Whether the frame that is about to cross its own piece of cable does so: asked once per frame.
  bool cable_passes();
  /// True once, when it has come as far as it should.
  bool take_arrival();

  const Board& board() const { return *board_; }
  const Player& player() const { return player_; }
  const std::string& name() const { return player_.name; }
  const NodeStory& story() const { return *story_; }
  const std::optional<LentAddress>& lent_address() const { return lent_; }
  /// What it had fetched when it arrived.
  const std::vector<FetchedFile>& files() const { return files_; }
  BoardOutcome outcome() const;

 private:
  using Cancel = std::shared_ptr<boost::asio::cancellation_signal>;
  bool has_arrived() const;
  void fetch(WebRequest request);
  void start_node();
  void hang_up();
  void lend(Ipv4 address, Ipv4 mask, Ipv4 head);
  void on_node_end(NodeEnd end);
  void watch_link();
  std::string why_not_there() const;

  Player player_;
  Surroundings around_;
  std::unique_ptr<Board> board_;
  std::optional<Tick> power_on_at_, powered_at_, reached_at_;
  std::optional<LentAddress> lent_;
  std::optional<Ipv4> address_;
  std::vector<Frame> frames_;
  unsigned boots_seen_ = 0;
  Stage stage_seen_ = Stage::off;
  Tick link_up_at_{}, kernel_at_{};
  std::string boot_id_;  ///< of the kernel that runs
  std::mt19937 random_;
  bool node_runs_ = false, arrival_told_ = false;
  std::vector<FetchedFile> files_;
  Cancel cancel_;
  std::shared_ptr<NodeStory> story_ = std::make_shared<NodeStory>();
};

}  // namespace rootstock::fleet
