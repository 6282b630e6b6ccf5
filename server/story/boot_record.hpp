#pragma once
// What one boot of one node did, in plain words, as the head itself saw it. Each on_...() takes one
// observation and returns the words worth a log line, or nothing when there is nothing new to tell.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"
#include "dhcp/site.hpp"
#include "server/boot/boot_name.hpp"
#include "server/story/boot_data.hpp"

namespace rootstock::server {

/// What a node says of itself once its system is up.
struct UpReport {
  std::string generation, kernel;  ///< kernel "": it did not say so to us; its heartbeats do
  double seconds = 0;              ///< since its kernel started
};

/// How a file came over.
struct Carriage {
  double seconds = 0;
  std::uint64_t blocks = 0, resent = 0;  ///< of TFTP
};

class BootRecord {
 public:
  /// The node of an earlier run of the head: up as far as we know, if it ever was.
  static BootRecord known(bool was_up);
  /// As an earlier run of the head has kept it: the boot goes on.
  static BootRecord restored(BootData kept);

  std::string on_dhcp(const dhcp::Exchange& exchange, Moment now);
  /// The board was promised this generation: the rest of its boot keeps to it, whatever becomes active
  /// meanwhile.
  void on_promised(const std::string& label);
  /// There is nothing that it could boot: told once in a boot, and shown until there is something.
  std::string on_cannot_boot(const Failure& why, Moment now);
  /// A transfer to it has begun; each is followed by one on_ended().
  void on_begun(Moment now);
  void on_ended(Moment now);
  /// It asked for a file that is not there. Firmware probes for dozens that need not be (NETBOOT-FACTS 2.2 to
  /// 2.4): only those count without which it does not come up.
  std::string on_missing(const BootName& name, Moment now);
  std::string on_fetch(const BootName& name, Moment now);
  std::string on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Moment now,
                         Carriage how = {});
  void on_bytes(std::uint64_t bytes);
  /// It has to wait; `words` say for what. Until on_admitted(), or until it goes on.
  std::string on_held(std::string_view words, Moment now);
  void on_admitted(Moment now);
  std::string on_overlay(std::uint64_t bytes, bool complete, Moment now);
  std::string on_overlay_refused(std::string_view why, Moment now);
  /// Its initramfs was let through the last gate, the first time in this boot: it may have waited for hours.
  void on_let_in(Moment now);
  /// "address": it has one, `link` seconds after the link was up; "root": it is mounted; "handover": the
  /// image's own system takes over.
  std::string on_step(std::string_view step, double seconds, Moment now, double link = 0);
  std::string on_up(const UpReport& report, Moment now);
  /// What its heartbeats tell that is new, in words: "its clock is 40 s off".
  std::string on_beat_says(std::string_view words, Moment now);
  /// `how`: reboot, poweroff, halt.
  std::string on_down(std::string_view how, Moment now);
  std::string on_doubt(std::string_view words, Moment now);
  /// `text`: the end of the node's boot log; its last line counts.
  std::string on_trouble(std::string_view text, Moment now);

  /// Why this boot may not have its overlay now; none: it may. DESIGN section 6: once per boot that the head
  /// has itself watched, DHCP first, then the boot files. A transfer may break, so "once" ends when the node
  /// says it is up, and in any case `overlay_window` after the initramfs was handed out, or let in.
  std::optional<std::string> overlay_refusal(Moment now) const;
  static constexpr std::chrono::minutes overlay_window{15};

  Stage stage() const { return data_.stage; }
  /// Unset: since before this run of the head.
  Moment stage_since() const { return data_.stage_since; }
  bool watched() const { return data_.started != Moment{}; }
  Moment started() const { return data_.started; }
  /// From the start to "up", or to `now` while it boots.
  std::chrono::duration<double> lasted(Moment now) const;
  std::uint64_t bytes() const { return data_.bytes; }
  /// Of the files handed out in this boot; empty when none were.
  const std::string& generation() const { return data_.generation; }
  const std::string& trouble() const { return data_.trouble; }
  const std::vector<Happening>& events() const { return data_.events; }
  const BootData& data() const { return data_; }
  /// The boot before this one, of this run of the head; null: none was seen.
  const BootRecord* before() const { return before_.get(); }

 private:
  bool begins_new_boot(const dhcp::Exchange& exchange, Moment now) const;
  void begin(const dhcp::Exchange& exchange, Moment now);
  void count(const dhcp::Exchange& exchange, Moment now);
  void found(const BootName& name);
  void reach(Stage stage, Moment now);
  std::string note(std::string text, Moment now);
  /// What a node that is up fetches is no part of its boot.
  bool booting() const { return watched() && data_.up_at == Moment{}; }
  void changed() { ++data_.changes; }

  BootData data_;
  std::shared_ptr<const BootRecord> before_;
};

}  // namespace rootstock::server
