#pragma once
// Boards on one cable with a head, in simulated time: no sockets, no sleeping, the same run for the same
// seed.

#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "tests/fleet/firmware/bytes.hpp"
#include "tests/fleet/firmware/frame.hpp"
#include "tests/fleet/wire.hpp"

namespace rootstock::fleet::testing {

class Head {
 public:
  virtual ~Head() = default;
  virtual void on_frame(Bytes frame, Tick now) = 0;
  virtual void on_timer(Tick now) = 0;
  virtual std::optional<Tick> deadline() const = 0;
  /// What it sends, and when.
  virtual std::vector<std::pair<Tick, Frame>> take_frames() = 0;
  virtual WebReply get(const WebRequest& request) const = 0;
};

/// Boards on one cable with a head, in simulated time.
class World {
 public:
  World(Head& head, const Weather& weather = {});
  Board& plug_in(const BoardSpec& spec);
  /// Until all boards have handed over or died, or `limit` has passed.
  void run(Tick limit);
  bool all_up() const;
  Tick now() const { return now_; }
  std::vector<Frame> heard;  ///< every frame that a board has sent

 private:
  void collect();
  std::optional<Tick> next() const;

  Head& head_;
  Wire up_, down_;
  std::multimap<Tick, Frame> delayed_;
  std::vector<std::unique_ptr<Board>> boards_;
  Tick now_{0};
};

}  // namespace rootstock::fleet::testing
