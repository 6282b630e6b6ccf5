// From the kernel to "up": here a board speaks for itself, or is silent.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "server/story/dhcp_identity.hpp"
#include "server/story/rules.hpp"
#include "server/story/words.hpp"

namespace rootstock::server::rules {
namespace {

/// From its last file to its initramfs asking for an address: ten seconds on a Pi, half a minute in an
/// emulator, and a USB adapter may take 10 s more to show up (rootfs/initramfs/init).
constexpr double patience_for_initramfs = 90;
/// A mount is given 60 s before the initramfs reports that it failed (rootfs/initramfs/init).
constexpr double patience_for_root = 90;
/// systemd and what it starts: 100 s in an emulator (DESIGN section 7).
constexpr double patience_for_up = 300;

bool says(const Case& seen, std::initializer_list<std::string_view> any) {
  return std::ranges::any_of(any,
                             [&](auto words) { return seen.boot.trouble.find(words) != std::string::npos; });
}

bool in_trouble(const Case& seen) { return seen.boot.stage == Stage::trouble && !seen.boot.trouble.empty(); }

std::string silent_for(const Case& seen) {
  return seen.around.over ? "until it started over" : "for " + span_words(seen.silence());
}

}  // namespace

Verdict out_of_memory(const Case& seen) {
  const auto& pulse = seen.around.pulse;
  if (seen.is_up() && pulse && pulse->oom > 0)
    return Conclusion{Fault::out_of_memory,
                      fmt::format("It is up, but its kernel had to end a program for want of memory {} "
                                  "({:.0f} of {:.0f} MiB are left).",
                                  pulse->oom == 1 ? "once" : fmt::format("{} times", pulse->oom),
                                  pulse->memory_left, pulse->memory),
                      "give jobs less: ask for memory in sbatch (--mem), and see on the node what takes it: "
                      "journalctl -k | grep -i 'out of memory'. What is written to / lies in memory too"};
  if (!in_trouble(seen) ||
      !says(seen, {"Out of memory", "out of memory", "Cannot allocate memory", "No space left"}))
    return std::nullopt;
  return Conclusion{Fault::out_of_memory,
                    fmt::format("It has too little memory to start: {}.", seen.boot.trouble),
                    "is this a board with 512 MB or less? What is written lies in memory: a smaller overlay, "
                    "fewer services in the image"};
}

Verdict clock_not_set(const Case& seen) {
  if (!in_trouble(seen) || !says(seen, {"setting the clock", "the head gave no time"})) return std::nullopt;
  return Conclusion{Fault::wrong_clock,
                    fmt::format("It could not take the head's time: {}.", seen.boot.trouble),
                    "is the head's own clock right (timedatectl)? Does a firewall on it stop HTTP?"};
}

Verdict root_not_mounted(const Case& seen) {
  const auto& boot = seen.boot;
  if (!seen.booting() || boot.overlay_at == Moment{} || boot.root_at != Moment{}) return std::nullopt;
  constexpr auto remedy =
      "on the head: is NFS-Ganesha running (journalctl -u rootstock | grep -i nfs), and does a firewall stop "
      "TCP 2049? Is the generation still there: rootstock image list";
  if (in_trouble(seen))
    return Conclusion{Fault::root_not_mounted,
                      fmt::format("It has its overlay, but not its root: {}.", boot.trouble), remedy};
  if (seen.silence() < patience_for_root) return std::nullopt;
  return Conclusion{Fault::root_not_mounted,
                    fmt::format("It got its overlay, and has been silent {}: its root was never mounted.",
                                silent_for(seen)),
                    remedy};
}

Verdict own_trouble(const Case& seen) {
  if (!in_trouble(seen)) return std::nullopt;
  const auto& words = seen.boot.trouble;
  auto to_do = std::string{"its console shows the lines before that; it tries again by itself"};
  if (says(seen, {"no link", "no DHCP answer"}))
    to_do =
        "its cable and switch port; does the switch run spanning tree? Make the boards' ports edge ports "
        "(PortFast)";
  if (says(seen, {"no network card"}))
    to_do =
        "the image's kernel has no driver for its network card: `rootstock image list` shows for which "
        "boards an image is made";
  return Conclusion{Fault::trouble, fmt::format("It reports: {}.", words), to_do};
}

Verdict no_overlay_asked(const Case& seen) {
  const auto& boot = seen.boot;
  if (!seen.booting() || boot.initramfs_sent == Moment{} || boot.overlay_at != Moment{}) return std::nullopt;
  if (seen.silence() < patience_for_initramfs) return std::nullopt;
  if (boot.refused > 0)
    return Conclusion{Fault::no_overlay_asked,
                      fmt::format("It was refused its overlay, and has been silent {}.", silent_for(seen)),
                      "nothing: it starts over by itself; if not, take its power away for ten seconds"};
  if (boot.answered >= dhcp_identity::initramfs)
    return Conclusion{
        Fault::no_overlay_asked,
        fmt::format("Its kernel runs and its initramfs got an address, but it has not asked for its overlay; "
                    "silent {}.",
                    silent_for(seen)),
        "does a firewall on the head stop HTTP? The board's console says what its initramfs waits for"};
  return Conclusion{
      Fault::no_overlay_asked,
      fmt::format("It fetched kernel and initramfs, and was not heard again, silent {}: its kernel did not "
                  "start, or has no driver for its network card, or stopped for want of power or memory.",
                  silent_for(seen)),
      "look at its console (HDMI or serial): initramfs says there what it lacks. Is the image made for this "
      "board (rootstock image list)? Its own power supply; a board with less than 1 GB may be too small"};
}

Verdict never_up(const Case& seen) {
  const auto& boot = seen.boot;
  if (!seen.booting() || boot.root_at == Moment{} || seen.silence() < patience_for_up) return std::nullopt;
  return Conclusion{
      Fault::trouble,
      fmt::format(
          "Its root is mounted and its system was started, but it never said that it is up; silent {}.",
          silent_for(seen)),
      "its console shows which service it waits for; does an older generation come up? rootstock image "
      "rollback"};
}

}  // namespace rootstock::server::rules
