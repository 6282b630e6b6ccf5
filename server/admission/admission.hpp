#pragma once
// Who may load now, and who waits: one queue for all boots, by when each began. Pure: what boots do and a
// time in, go or wait out.
//
// A boot has a place while it loads firmware, kernel and initramfs; gives it back while its kernel starts;
// asks again in its initramfs, before overlay and root; and gives it back when it is up, or is not heard of
// any more. Firmware that can be made to wait nowhere takes its place without asking, and counts.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "server/admission/gate.hpp"
#include "server/story/boot_record.hpp"

namespace rootstock::server {

class Admission {
 public:
  using Key = int;  ///< a node's number

  enum class State : std::uint8_t {
    waiting,   ///< in the queue
    called,    ///< its turn has come: a place is kept until it asks again
    loading,   ///< has a place
    starting,  ///< its kernel starts, or it was not heard of for too long: no place
  };

  struct Boot {
    State state = State::starting;
    Gate gate = Gate::dhcp;   ///< where it waits, was called, or passed last
    Moment began{};           ///< its rank
    Moment heard{}, since{};  ///< sign of life; in this state
    std::uint64_t bytes = 0;
    bool has_kernel = false, has_initramfs = false;
    bool passed_over = false;  ///< did not come when it was called
  };

  /// At most so many have a place; those who take theirs without asking may be more.
  void set_limit(std::size_t boards) { limit_ = boards; }
  std::size_t limit() const { return limit_; }

  /// A boot comes to a gate. `began`: when this boot did, as far as its caller knows. True: it goes on.
  bool ask(Key key, Gate gate, Moment began, Moment now);
  /// It begins, and its firmware cannot wait: it has a place, as long as it turns out that it loads.
  void on_begin(Key key, Moment began, Moment now);
  /// It loads, whether or not it was let in.
  void on_load(Key key, Moment began, Moment now);
  /// A part of the boot came to it.
  void on_fetched(Key key, std::uint64_t bytes, BootPart part, Moment now);
  void on_heard(Key key, Moment now);
  /// It is up, or is no more.
  void end(Key key) { boots_.erase(key); }

  /// Gives back what nobody uses and calls whose turn it is. Those who wait for DHCP must be answered now:
  /// their keys.
  std::vector<Key> advance(Moment now);

  const std::map<Key, Boot>& boots() const { return boots_; }
  std::size_t places_taken() const;
  /// Who waits, the next one first.
  std::vector<Key> queue() const;

  /// So long may a boot be silent and be counted: a whole file takes a Pi 30 s at most (NETBOOT-FACTS 2.1);
  /// between its overlay and "up" a node says nothing while its system starts.
  static constexpr std::chrono::seconds silence_while_loading{45}, silence_while_starting_up{90};
  /// ... and have a place: what takes longer goes round in circles.
  static constexpr std::chrono::seconds longest_place{300};
  /// ... and be in the queue: a Pi's longest pause between two DISCOVERs is 21 s (1.1), and a minute leaves
  /// room for what else its BOOT_ORDER names.
  static constexpr std::chrono::seconds silence_in_queue{60};
  /// ... and come back when it is called.
  static constexpr std::chrono::seconds patience_with_called{15};
  /// What began within one second began together: who is further goes first then.
  static constexpr std::chrono::seconds together{1};

 private:
  bool takes_place(const Boot& boot) const {
    return boot.state == State::called || boot.state == State::loading;
  }
  bool has_room() const { return places_taken() < limit_ && tokens_ >= 1; }
  Boot& boot_of(Key key, std::optional<Gate> gate, Moment began, Moment now);
  bool before(Key one, Key other) const;
  bool may_enter(Key key) const;
  static void become(Boot& boot, State state, Moment now);
  void expire(Moment now);
  void refill(Moment now);

  std::map<Key, Boot> boots_;
  std::size_t limit_ = 4;
  double tokens_ = 0;
  Moment refilled_{};
};

}  // namespace rootstock::server
