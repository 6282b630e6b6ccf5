// While a board fetches its files: what was missing, what came badly, where it stopped.

#include <fmt/format.h>

#include <algorithm>

#include "server/story/dhcp_identity.hpp"
#include "server/story/rules.hpp"
#include "server/story/words.hpp"

namespace rootstock::server::rules {
namespace {

/// How long firmware may be silent between two files before it has given up. A Pi gives a file 30 s in all
/// (NETBOOT-FACTS 2.1) and starts over; U-Boot asks ten times, every 5 s (2.5); EDK2, PXE ROMs and iPXE
/// repeat themselves after 4, 8, 16 and 32 s (1.5, 1.6).
double patience_of(dhcp::Dialect dialect) {
  if (dhcp::is_raspberry_pi(dialect)) return 45;
  return dialect == dhcp::Dialect::uboot_arm64 ? 60 : 90;
}

/// One block in twenty sent again is a bad cable: a good one loses less than one in a million, and 2 % lost
/// each way still stays below. Fewer than twenty say nothing.
constexpr double share_resent = 0.05;
constexpr std::uint64_t least_resent = 20;
/// Half of what a Pi's firmware gives a file (NETBOOT-FACTS 2.1: TFTP_FILE_TIMEOUT, 30 s).
constexpr double slow_file = 15;
/// What a port of 10 Mbit carries, and less than any board does on a good one (a Pi 3's ROM: 500 kB/s).
constexpr double slow_rate = 300e3;
/// With so many others booting at once, slowness says nothing of this one's cable.
constexpr int crowd = 8;

double share_of(const FilesTrace& files) {
  return files.blocks == 0 ? 0 : static_cast<double>(files.resent) / static_cast<double>(files.blocks);
}

bool loses_much(const FilesTrace& files) {
  // What broke off may have acknowledged nothing at all.
  return files.resent >= least_resent && (files.blocks == 0 || share_of(files) >= share_resent);
}

bool is_slow(const FileTrace& file) {
  return file.seconds > slow_file && static_cast<double>(file.bytes) / file.seconds < slow_rate;
}

constexpr auto power_first =
    "power first: a supply that is too weak fails when the processor begins to work; try this board's own "
    "supply and cable on it. Then its network cable and switch port. If several boards stop at the same "
    "file, build the image again: rootstock image build";

/// "the device tree bcm2711-rpi-4-b.dtb and 2 more".
std::string list_of(const std::vector<Missed>& missing) {
  auto words = missing.front().words;
  if (missing.size() > 1) words += fmt::format(" and {} more", missing.size() - 1);
  return words;
}

std::string image_of(const Case& seen) {
  const auto& label = seen.boot.generation;
  return label.empty() ? "COMPUTE" : label.substr(0, label.rfind('/'));
}

/// It was last heard by the head as it ran before: what it was being sent ended with that, and firmware that
/// loses a file in the middle waits for the rest, or gives up, and does neither loudly.
bool left_by_a_restart(const Case& seen) {
  return !seen.around.over && seen.boot.heard < seen.around.head_started;
}

Conclusion stopped_by_restart(const Case& seen) {
  const auto& files = seen.boot.files;
  const auto& latest = files.last.at == Moment{} ? files.broken.words : files.last.words;
  return {Fault::stopped_after_file,
          fmt::format("The head was restarted while it fetched its files, {}, and it has not been heard "
                      "since, for {}: its firmware does not begin anew by itself.",
                      latest.empty() ? "perhaps its first" : "after " + latest, span_words(seen.silence())),
          "take its power away for ten seconds, now that the head runs again: it loads everything anew then"};
}

bool past_its_files(const Case& seen) {
  return seen.boot.answered >= dhcp_identity::initramfs || seen.boot.overlay_at != Moment{} || seen.is_up();
}

}  // namespace

/// The view has said what is wrong with the image for this board.
Verdict wrong_image(const Case& seen) {
  const auto& why = seen.boot.cannot_boot;
  if (why.empty() || seen.boot.trouble != why || !seen.watched()) return std::nullopt;
  const auto cut = why.find("; to do: ");
  const auto words = why.substr(0, cut), to_do = cut == why.npos ? std::string{} : why.substr(cut + 9);
  const bool lacks_file = words.find("it has no ") != words.npos || words.find(" is missing") != words.npos;
  return Conclusion{lacks_file ? Fault::missing_file : Fault::wrong_architecture,
                    fmt::format("There is nothing that it could boot: {}.", words), to_do};
}

Verdict missing_file(const Case& seen) {
  const auto& files = seen.boot.files;
  if (!seen.booting() || files.missing.empty() || past_its_files(seen)) return std::nullopt;
  return Conclusion{
      Fault::missing_file,
      fmt::format("It asked for {}, which {} not have; without it this board ({}) does not start.",
                  list_of(files.missing),
                  seen.boot.generation.empty() ? "the head does" : seen.boot.generation + " does",
                  seen.boot.firmware),
      fmt::format("rootstock image build {0} (for Raspberry Pis from a recipe with their firmware, as "
                  "pi-debian and pi-os have it); `rootstock explain {1}` lists what such a board asks for",
                  image_of(seen), seen.node.mac.text())};
}

Verdict slow_link(const Case& seen) {
  const auto& files = seen.boot.files;
  const bool lossy = loses_much(files);
  const bool slow = !seen.is_up() && is_slow(files.worst) && seen.around.booting < crowd;
  if (!seen.watched() || (!lossy && !slow)) return std::nullopt;
  const auto lead = seen.is_up() ? "It is up, but its link is bad" : "Its link is bad";
  const auto& worst = files.worst;
  const auto rate = worst.seconds > 0 ? static_cast<double>(worst.bytes) / worst.seconds / 1e3 : 0;
  const auto words =
      lossy
          ? fmt::format("{}: {} of {} blocks had to be sent again, because they or their answers were lost.",
                        lead, files.resent, files.blocks + files.resent)
          : fmt::format(
                "{}: {} ({}) took {:.0f} s, {:.0f} kB/s; its firmware gives up when a file takes too long.",
                lead, worst.words, size_words(worst.bytes), worst.seconds, rate);
  return Conclusion{
      Fault::slow_link, words,
      "another network cable, then another switch port; do the lights of the port say 100 or 1000 Mbit? If "
      "many boards show this, it is the head's own cable or adapter: ethtool -S on its interface"};
}

Verdict stopped_before_files(const Case& seen) {
  const double patience = patience_of(seen.dialect());
  if (!seen.booting() || seen.boot.stage != Stage::dhcp || !seen.no_file_yet() || seen.boot.answered == 0 ||
      seen.silence() < patience)
    return std::nullopt;
  if (left_by_a_restart(seen)) return stopped_by_restart(seen);
  return Conclusion{
      Fault::stopped_after_file,
      fmt::format("It stopped when it had its address: it asked for no file, and has been silent {}.",
                  seen.around.over ? "until it started over" : "for " + span_words(seen.silence())),
      fmt::format("does a firewall on this head stop TFTP (UDP 69) or HTTP? `sudo rootstock check`. Then: {}",
                  power_first)};
}

Verdict stopped_after_file(const Case& seen) {
  const auto& files = seen.boot.files;
  if (!seen.booting() || past_its_files(seen) || seen.boot.initramfs_sent != Moment{}) return std::nullopt;
  if (files.last.at == Moment{} && files.broken.at == Moment{}) return std::nullopt;
  if (seen.silence() < patience_of(seen.dialect())) return std::nullopt;
  if (left_by_a_restart(seen)) return stopped_by_restart(seen);
  const auto until = seen.around.over ? std::string{"until it started over"}
                                      : fmt::format("for {}", span_words(seen.silence()));
  if (files.broken.at != Moment{} && (files.last.at == Moment{} || files.broken.at > files.last.at))
    return Conclusion{
        Fault::stopped_after_file,
        fmt::format("It stopped in the middle of {}, after {}{}, and has been silent {}: it lost its power "
                    "or its link, or its firmware gave up.",
                    files.broken.words, size_words(files.broken.bytes),
                    files.last.at == Moment{} ? "" : "; the last it fetched whole was " + files.last.words,
                    until),
        power_first};
  return Conclusion{
      Fault::stopped_after_file,
      fmt::format(
          "It stopped after {}: fetched it whole, and has been silent {}. Nothing is missing on our side.",
          files.last.words, until),
      power_first};
}

}  // namespace rootstock::server::rules
