// What a boot fetches: the part of BootRecord about files.

#include <fmt/format.h>

#include <algorithm>

#include "server/story/boot_record.hpp"
#include "server/story/dhcp_identity.hpp"
#include "server/story/words.hpp"

namespace rootstock::server {
namespace {

using dhcp_identity::firmware, dhcp_identity::ipxe;

/// Smaller ones say nothing of the wire: one lost packet is a second.
constexpr std::uint64_t large_file = 256 * 1024;
constexpr std::size_t most_missing = 16;

/// Has the firmware no more to ask of DHCP once it has this? A Pi 3's ROM loads bootcode.bin, which asks for
/// an address again in the ROM's own words, and for the rest of its firmware after that; a Pi 5 has its
/// firmware in itself, and begins with config.txt.
bool passes_firmware(const BootName& name) {
  return name.part == BootPart::loader || name.text == BootText::pi_config ||
         (name.part == BootPart::firmware && !name.file.ends_with("/bootcode.bin"));
}

/// Worth a line of the story? Firmware reads its settings again and again, and overlays by the dozen.
bool is_told(const BootName& name) {
  return name.part != BootPart::script && name.part != BootPart::settings &&
         !name.file.starts_with("boot/overlays/");
}

/// The firmware files of each model; the others of this kind are probed for, and need not be there
/// (NETBOOT-FACTS 2.2 to 2.4).
bool needs_firmware(std::string_view board, std::string_view file) {
  const auto is = [&](std::string_view name) { return file.ends_with(name); };
  if (is(".efi")) return true;
  if (board == dhcp::name_of(dhcp::Dialect::pi4)) return is("/start4.elf") || is("/fixup4.dat");
  if (board == dhcp::name_of(dhcp::Dialect::pi3))
    return is("/bootcode.bin") || is("/start.elf") || is("/fixup.dat");
  return false;
}

bool needs(std::string_view board, const BootName& name) {
  switch (name.part) {
    case BootPart::loader:
    case BootPart::kernel:
    case BootPart::initramfs: return true;
    case BootPart::firmware: return needs_firmware(board, name.file);
    case BootPart::device_tree: return !name.file.starts_with("boot/overlays/");
    case BootPart::nothing:
    case BootPart::extra:
    case BootPart::settings:
    case BootPart::script: break;
  }
  return false;
}

/// A board may ask for a file of any name.
std::string words_of(const BootName& name) { return printable(words_for(name)); }

/// How much worse than a clean and quick transfer: the share sent again, and the seconds per megabyte.
double badness(const FileTrace& file) {
  const auto megabytes = static_cast<double>(std::max<std::uint64_t>(file.bytes, 1)) / 1e6;
  const auto share =
      file.blocks == 0 ? 0 : static_cast<double>(file.resent) / static_cast<double>(file.blocks);
  return share * 100 + file.seconds / megabytes;
}

}  // namespace

void BootRecord::on_begun(Moment now) {
  if (!booting()) return;
  data_.heard = now;
  ++data_.fetching;
}

void BootRecord::on_ended(Moment now) {
  if (!booting()) return;
  data_.heard = now;
  if (data_.fetching > 0) --data_.fetching;
}

void BootRecord::on_bytes(std::uint64_t bytes) {
  data_.bytes += bytes;
  if (!data_.stages.empty()) data_.stages.back().bytes += bytes;
}

std::string BootRecord::on_missing(const BootName& name, Moment now) {
  if (!booting()) return {};
  data_.heard = now;
  if (!needs(data_.firmware, name)) return {};
  const auto words = words_of(name);
  auto& missing = data_.files.missing;
  const auto known = std::ranges::find(missing, words, &Missed::words);
  if (known != missing.end()) {
    known->at = now;
    return {};
  }
  if (missing.size() == most_missing) return {};
  missing.push_back({words, name.part == BootPart::device_tree, now});
  return note(fmt::format("asked for {}, which is not there", words), now);
}

std::string BootRecord::on_fetch(const BootName& name, Moment now) {
  if (!booting()) return {};
  data_.heard = std::max(data_.heard, now);
  switch (name.part) {
    case BootPart::nothing:
    case BootPart::extra:
    case BootPart::settings:
    case BootPart::device_tree: return {};
    case BootPart::loader:
    case BootPart::firmware: return reach(Stage::loader, now), std::string{};
    case BootPart::script:
      data_.passed = std::max(data_.passed, ipxe);
      reach(Stage::loader, now);
      return note(data_.generation.empty() ? "asked what to boot: nothing yet"
                                           : "asked what to boot: " + data_.generation,
                  now);
    case BootPart::kernel:
    case BootPart::initramfs: break;
  }
  data_.passed = std::max(data_.passed, ipxe);
  data_.held.clear();
  reach(name.part == BootPart::kernel ? Stage::kernel : Stage::initramfs, now);
  return {};
}

/// What was missing is there now, or was not needed after all.
void BootRecord::found(const BootName& name) {
  const auto words = words_of(name);
  const bool tree = name.part == BootPart::device_tree && !name.file.starts_with("boot/overlays/");
  std::erase_if(data_.files.missing,
                [&](const Missed& one) { return one.words == words || (tree && one.device_tree); });
}

std::string BootRecord::on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Moment now,
                                   Carriage how) {
  if (!booting()) return {};
  data_.heard = now;
  auto& files = data_.files;
  const FileTrace file{words_of(name), now, bytes, how.seconds, how.resent, how.blocks};
  files.resent += how.resent;
  files.blocks += how.blocks;
  if (bytes >= large_file && badness(file) > badness(files.worst)) files.worst = file;
  if (complete) {
    files.last = file;
    found(name);
    if (passes_firmware(name)) data_.passed = std::max(data_.passed, firmware);
    if (name.part == BootPart::initramfs) data_.initramfs_sent = now;
    changed();
  } else {
    files.broken = file;
    ++files.broken_off;
  }
  if (!is_told(name)) return {};
  return note(fmt::format("{} {} ({})", complete ? "fetched" : "broke off fetching", words_of(name),
                          size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay(std::uint64_t bytes, bool complete, Moment now) {
  data_.heard = now;
  data_.held.clear();
  if (complete) {
    data_.overlay_at = now;
    changed();
    reach(Stage::overlay, now);
  }
  return note(fmt::format("{} its overlay ({})", complete ? "got" : "broke off fetching", size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay_refused(std::string_view why, Moment now) {
  data_.heard = now;
  ++data_.refused;
  auto text = fmt::format("was refused its overlay: {}", why);
  note(text, now);
  return text;
}

}  // namespace rootstock::server
