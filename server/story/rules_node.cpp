// What is known of the node itself, and of one that is up.

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "server/story/rules.hpp"
#include "server/story/words.hpp"

namespace rootstock::server::rules {
namespace {

/// A board that reboots is through its firmware's self-test and asks within a minute, servers within two.
constexpr double patience_for_reboot = 120;
/// Three heartbeats may be lost to a busy minute; a fourth is not.
constexpr int beats_missed = 3;
/// munge refuses credentials from more than five minutes away (munged(8), --ttl); and a clock that drifts by
/// this much between heartbeats is not being kept.
constexpr double clock_tolerance = 5;
/// slurmd starts after the node says "up"; slurmctld lists it when it has registered.
constexpr double patience_for_slurm = 90;

}  // namespace

double Case::since(Moment moment) const { return std::chrono::duration<double>(now - moment).count(); }

double Case::silence() const {
  if (around.over) return std::numeric_limits<double>::infinity();
  return boot.fetching > 0 ? 0 : since(boot.heard);
}

dhcp::Dialect Case::dialect() const { return dhcp::dialect_named(boot.firmware); }

bool Case::no_file_yet() const {
  const auto& files = boot.files;
  return boot.fetching == 0 && files.last.at == Moment{} && files.broken.at == Moment{} &&
         files.missing.empty();
}

Verdict denied(const Case& seen) {
  if (seen.node.standing != Standing::denied) return std::nullopt;
  return Conclusion{Fault::denied, "Somebody has denied this board: it gets no answer.",
                    fmt::format("if that was a mistake: rootstock nodes approve {}", seen.node.name)};
}

Verdict identity_in_doubt(const Case& seen) {
  if (seen.node.doubt.empty()) return std::nullopt;
  return Conclusion{Fault::identity_in_doubt, seen.node.doubt,
                    fmt::format("two boards must not be one node: find both; when it is clear which one "
                                "belongs here: rootstock nodes approve {}",
                                seen.node.name)};
}

Verdict waiting_for_approval(const Case& seen) {
  if (seen.node.standing != Standing::waiting) return std::nullopt;
  const auto& [mac, dialect, serial] = std::tie(seen.node.mac, seen.node.dialect, seen.node.serial);
  return Conclusion{
      Fault::waiting_for_approval,
      fmt::format("The board {}{}{}{}{} waits for somebody to let it in.", mac.text(),
                  dialect.empty() ? "" : ", ", dialect, serial.empty() ? "" : ", serial ", serial),
      fmt::format("rootstock nodes approve {0}, or rootstock nodes deny {0}", seen.node.name)};
}

Verdict nobody_there(const Case& seen) {
  if (!seen.node.vacant()) return std::nullopt;
  const auto who = seen.node.awaited || seen.node.serial.empty()
                       ? std::string{"the next new board"}
                       : "the board with the serial number " + seen.node.serial;
  return Conclusion{Fault::none, fmt::format("Nobody sits here yet: {} takes this seat.", who), {}};
}

/// It said so itself. One that reboots is expected back.
Verdict went_down(const Case& seen) {
  if (seen.boot.stage != Stage::off) return std::nullopt;
  if (seen.around.over)
    return Conclusion{Fault::none, fmt::format("Went down in order ({}).", seen.boot.down), {}};
  const auto ago = span_words(seen.since(seen.boot.down_at));
  if (seen.boot.down != "reboot")
    return Conclusion{
        Fault::none, fmt::format("Was shut down in order {} ago ({}).", ago, seen.boot.down), {}};
  if (seen.since(seen.boot.down_at) < patience_for_reboot)
    return Conclusion{Fault::under_way, fmt::format("Said {} ago that it reboots.", ago), {}};
  return Conclusion{
      Fault::no_dhcp,
      fmt::format("Said {} ago that it reboots, and has not asked for an address since: it hangs in its "
                  "shutdown or its firmware, or the network is not in its boot order.",
                  ago),
      "take its power away for ten seconds. If it stays silent: is the link light of its switch port on? Is "
      "the network in its boot order (README, \"Boards\")? A screen on the board shows what its firmware "
      "waits for"};
}

Verdict queued(const Case& seen) {
  if (!seen.booting() || seen.boot.held.empty()) return std::nullopt;
  return Conclusion{Fault::queued, fmt::format("Waits for its turn: {}.", seen.boot.held),
                    "nothing: it goes on by itself; `rootstock queue` shows its place"};
}

Verdict lost(const Case& seen) {
  const auto& [pulse, lost] = std::tie(seen.around.pulse, seen.around.lost_since);
  const bool late = pulse && seen.now - pulse->last > beats_missed * pulse->interval;
  if (!seen.is_up() || seen.around.over || (!late && !lost)) return std::nullopt;
  const auto last = pulse ? fmt::format("its last heartbeat came {} ago", span_words(seen.since(pulse->last)))
                          : std::string{"no heartbeat has come since the head was started"};
  return Conclusion{
      Fault::lost,
      fmt::format(
          "Was up; {}, and it did not say that it goes down: it lost its power or its network, or it hangs.",
          last),
      "are its lights on, and the link light of its switch port? A screen on it shows whether its kernel is "
      "stuck. If its watchdog does not start it again, take its power away for ten seconds"};
}

Verdict wrong_clock(const Case& seen) {
  if (seen.around.over) return std::nullopt;
  if (!seen.is_up() || !seen.around.pulse) return std::nullopt;
  const double off = seen.around.pulse->clock_off;
  if (std::abs(off) <= clock_tolerance) return std::nullopt;
  return Conclusion{Fault::wrong_clock,
                    fmt::format("It is up, but its clock is {} {} the head's: munge takes its messages for "
                                "old or forged, and Slurm does not accept it.",
                                span_words(std::abs(off)), off > 0 ? "ahead of" : "behind"),
                    "does something on the node set the clock (timedatectl)? If the head's own clock was set "
                    "while the node ran, reboot the node: it takes the head's time when it boots"};
}

Verdict slurm_silent(const Case& seen) {
  if (seen.around.over) return std::nullopt;
  const auto& around = seen.around;
  if (!seen.is_up() || !around.slurm || seen.since(seen.boot.up_at) < patience_for_slurm) return std::nullopt;
  if (!around.slurm_answers)
    return Conclusion{Fault::slurm_silent,
                      "It is up, but Slurm on the head does not answer, so nobody knows whether it may work.",
                      "on the head: systemctl status slurmctld munge, and journalctl -u slurmctld"};
  const bool down =
      around.slurm_state && (around.slurm_state->starts_with("down") ||
                             around.slurm_state->starts_with("unk") || around.slurm_state->ends_with('*'));
  if (around.slurm_state && !down) return std::nullopt;
  const auto slurmd = around.pulse && !around.pulse->slurmd.empty() && around.pulse->slurmd != "active"
                          ? fmt::format(" The node itself says that its slurmd is {}.", around.pulse->slurmd)
                          : std::string{};
  return Conclusion{
      Fault::slurm_silent,
      (around.slurm_state ? fmt::format("It is up, but Slurm calls it {}.", *around.slurm_state)
                          : "It is up, but has not registered with Slurm.") +
          slurmd,
      fmt::format("on the node: journalctl -u slurmd -u munge. On the head: scontrol show node {}; is the "
                  "image's slurmd newer than the head's slurmctld, or its munge key an old one (reboot)?",
                  seen.node.name)};
}

}  // namespace rootstock::server::rules
