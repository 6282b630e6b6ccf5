#pragma once
// What one boot of one node did, in plain words, as the head itself saw it. Each on_...() takes one
// observation and returns the words worth a log line, or nothing when there is nothing new to tell.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dhcp/site.hpp"
#include "server/boot/boot_name.hpp"

namespace rootstock::server {

using Time = std::chrono::system_clock::time_point;

/// How far the boot has come. `kernel` and `initramfs` begin when the board starts to fetch them.
enum class Stage : std::uint8_t { none, dhcp, loader, kernel, initramfs, overlay, up, trouble };

/// "new", "dhcp" ... "up", "trouble".
std::string_view name_of(Stage stage);

struct Happening {
  Time at;
  std::string text;
};

/// What a node says of itself once its system is up.
struct UpReport {
  std::string generation, kernel;
  double seconds = 0;  ///< since its kernel started
};

class BootRecord {
 public:
  /// The node of an earlier run of the head, which last said "up" at `last_up` (or never did).
  static BootRecord known(Time last_up);

  std::string on_dhcp(const dhcp::Exchange& exchange, Time now);
  /// The board was promised this generation: the rest of its boot keeps to it, whatever becomes active
  /// meanwhile.
  void on_promised(const std::string& label);
  std::string on_fetch(const BootName& name, Time now);
  std::string on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Time now);
  void on_bytes(std::uint64_t bytes) { bytes_ += bytes; }
  std::string on_overlay(std::uint64_t bytes, bool complete, Time now);
  std::string on_overlay_refused(std::string_view why, Time now);
  std::string on_up(const UpReport& report, Time now);
  /// `text`: the end of the node's boot log; its last line counts.
  std::string on_trouble(std::string_view text, Time now);

  /// Why this boot may not have its overlay now; none: it may. DESIGN section 6: once per boot that the head
  /// has itself watched, DHCP first, then the boot files. A transfer may break, so "once" ends when the node
  /// says it is up, and in any case `overlay_window` after the initramfs was handed out.
  std::optional<std::string> overlay_refusal(Time now) const;
  static constexpr std::chrono::minutes overlay_window{15};

  Stage stage() const { return stage_; }
  Time stage_since() const { return stage_since_; }
  bool watched() const { return started_ != Time{}; }
  Time started() const { return started_; }
  /// From the start to "up", or to `now` while it boots.
  std::chrono::duration<double> lasted(Time now) const;
  std::uint64_t bytes() const { return bytes_; }
  /// Of the files handed out in this boot; empty when none were.
  const std::string& generation() const { return generation_; }
  const std::string& trouble() const { return trouble_; }
  const std::vector<Happening>& events() const { return events_; }

 private:
  bool begins_new_boot(const dhcp::Exchange& exchange) const;
  void reach(Stage stage, Time now);
  std::string note(std::string text, Time now);
  /// What a node that is up fetches is no part of its boot.
  bool booting() const { return watched() && up_at_ == Time{}; }

  Time started_{}, stage_since_{}, up_at_{};
  Stage stage_ = Stage::none;
  int identity_ = 0;  ///< the furthest DHCP identity seen in this boot: firmware, loader, initramfs
  int answered_ = 0;  ///< the furthest identity that got its address
  bool kernel_asked_ = false;
  Time initramfs_sent_{};
  std::uint64_t bytes_ = 0;
  std::string generation_, trouble_;
  std::vector<Happening> events_;
};

}  // namespace rootstock::server
