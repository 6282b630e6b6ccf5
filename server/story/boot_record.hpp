#pragma once
// What one boot of one node did, in plain words, as the head itself saw it. Each on_...() takes one
// observation and returns the words worth a log line, or nothing when there is nothing new to tell.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "dhcp/site.hpp"
#include "server/boot/boot_name.hpp"

namespace rootstock::server {

/// What the clock on the wall shows: may be set while boards boot, and is what is kept on disk.
using Time = std::chrono::system_clock::time_point;
/// What happens within a boot is timed by a clock that nobody sets.
using Moment = std::chrono::steady_clock::time_point;

/// How far the boot has come. `kernel` and `initramfs` begin when the board starts to fetch them.
enum class Stage : std::uint8_t { none, dhcp, loader, kernel, initramfs, overlay, up, trouble };

/// "new", "dhcp" ... "up", "trouble".
std::string_view name_of(Stage stage);

struct Happening {
  Moment at;
  std::string text;
};

/// What a node says of itself once its system is up.
struct UpReport {
  std::string generation, kernel;
  double seconds = 0;  ///< since its kernel started
};

class BootRecord {
 public:
  /// The node of an earlier run of the head: up as far as we know, if it ever was.
  static BootRecord known(bool was_up);

  std::string on_dhcp(const dhcp::Exchange& exchange, Moment now);
  /// The board was promised this generation: the rest of its boot keeps to it, whatever becomes active
  /// meanwhile.
  void on_promised(const std::string& label);
  /// There is nothing that it could boot: told once in a boot, and shown until there is something.
  std::string on_cannot_boot(const Failure& why, Moment now);
  std::string on_fetch(const BootName& name, Moment now);
  std::string on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Moment now);
  void on_bytes(std::uint64_t bytes) { bytes_ += bytes; }
  std::string on_overlay(std::uint64_t bytes, bool complete, Moment now);
  std::string on_overlay_refused(std::string_view why, Moment now);
  std::string on_up(const UpReport& report, Moment now);
  /// `text`: the end of the node's boot log; its last line counts.
  std::string on_trouble(std::string_view text, Moment now);

  /// Why this boot may not have its overlay now; none: it may. DESIGN section 6: once per boot that the head
  /// has itself watched, DHCP first, then the boot files. A transfer may break, so "once" ends when the node
  /// says it is up, and in any case `overlay_window` after the initramfs was handed out.
  std::optional<std::string> overlay_refusal(Moment now) const;
  static constexpr std::chrono::minutes overlay_window{15};

  Stage stage() const { return stage_; }
  /// Unset: since before this run of the head.
  Moment stage_since() const { return stage_since_; }
  bool watched() const { return started_ != Moment{}; }
  Moment started() const { return started_; }
  /// From the start to "up", or to `now` while it boots.
  std::chrono::duration<double> lasted(Moment now) const;
  std::uint64_t bytes() const { return bytes_; }
  /// Of the files handed out in this boot; empty when none were.
  const std::string& generation() const { return generation_; }
  const std::string& trouble() const { return trouble_; }
  const std::vector<Happening>& events() const { return events_; }

 private:
  bool begins_new_boot(const dhcp::Exchange& exchange, Moment now) const;
  void reach(Stage stage, Moment now);
  std::string note(std::string text, Moment now);
  /// What a node that is up fetches is no part of its boot.
  bool booting() const { return watched() && up_at_ == Moment{}; }

  Moment started_{}, stage_since_{}, up_at_{}, heard_{};
  Stage stage_ = Stage::none;
  int identity_ = 0;  ///< the furthest DHCP identity seen in this boot: firmware, loader, initramfs
  int answered_ = 0;  ///< the furthest identity that got its address
  int told_ = 0;      ///< the furthest identity that was told its boot file beside another DHCP server
  int passed_ = 0;    ///< the furthest identity that has no more to ask in this boot
  Moment initramfs_sent_{};
  std::uint64_t bytes_ = 0;
  std::string generation_, trouble_;
  std::string cannot_boot_;  ///< what was told of that; a part of `trouble_` while it holds
  std::vector<Happening> events_;
};

}  // namespace rootstock::server
