#pragma once
// Brings the boots of all nodes to the disk as they go, and takes them up again when the head was restarted
// (edge: the clock and a timer).

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/nodes/registry.hpp"
#include "server/state/boot_row.hpp"
#include "server/story/fault.hpp"

namespace rootstock::server {

class Chronicle {
 public:
  using Save = std::function<void(BootRow)>;
  /// What the boot comes to; `over`: a later one has begun.
  using Conclude = std::function<Conclusion(const Node& node, const BootRecord& boot, bool over)>;

  /// `machine`: as in kept_boot.hpp.
  Chronicle(Registry& registry, Conclude conclude, Save save, std::string machine = {});

  /// Before anybody boots: every node goes on where it was, and a boot under way stays a boot that was
  /// watched.
  void restore(const std::vector<BootRow>& rows, Clocks now);
  /// Looks at all nodes a few times a second: whatever changed a boot, and however often, it costs one row.
  void start(boost::asio::io_context& loop);
  void stop();
  /// Saves what has changed since it was saved last.
  void sweep(Clocks now);
  /// The same for one.
  void look_at(const Node& node, Clocks now);
  /// When this node's boot began, by the clock on the wall; unset: none was seen.
  Time began(const Node& node) const;

 private:
  struct Kept {
    Moment started{};  ///< the boot that this is about
    Time since{};      ///< the same by the clock on the wall: its name on disk, which never changes
    Moment saved{};
    std::uint64_t changes = 0;
    std::size_t events = 0;
  };

  BootRow row_of(const Node& node, const BootRecord& boot, Time since, bool over, Clocks now) const;
  void wait();

  Registry& registry_;
  Conclude conclude_;
  Save save_;
  std::string machine_;
  std::map<int, Kept> kept_;
  std::optional<boost::asio::steady_timer> timer_;
};

}  // namespace rootstock::server
