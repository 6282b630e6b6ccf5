#include "server/story/boot_record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {
namespace {

constexpr std::size_t most_events =
    100;  // a boot has about ten; a board that goes round in circles has no end
constexpr std::size_t longest_report = 400;
constexpr std::chrono::minutes longest_silence{
    5};  ///< of a board that boots; longer, and it was switched off

/// One NIC shows several DHCP identities during one boot, always in this order (NETBOOT-FACTS section 0).
constexpr int firmware = 1, ipxe = 2, initramfs = 3;

int identity_of(dhcp::Dialect dialect) {
  switch (dialect) {
    case dhcp::Dialect::plain: return initramfs;
    case dhcp::Dialect::ipxe: return ipxe;
    default: return firmware;
  }
}

/// Some firmware boots from the OFFER and never asks for more (NETBOOT-FACTS 1.2).
bool gives_address(const dhcp::Exchange& exchange) {
  if (exchange.answered == "OFFER") return !dhcp::row_of(exchange.board.dialect).requests;
  return exchange.answered == "ACK" || exchange.answered == "overheard";
}

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

/// The end of a node's boot log: what went wrong last.
std::string_view last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto start = text.rfind('\n');
  return start == text.npos ? text : text.substr(start + 1);
}

/// A node's own words, made fit for a log line.
std::string printable(std::string_view text) {
  std::string line{text.substr(0, longest_report)};
  std::ranges::replace_if(
      line, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

std::string size_words(std::uint64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

}  // namespace

std::string_view name_of(Stage stage) {
  switch (stage) {
    case Stage::none: return "new";
    case Stage::dhcp: return "dhcp";
    case Stage::loader: return "loader";
    case Stage::kernel: return "kernel";
    case Stage::initramfs: return "initramfs";
    case Stage::overlay: return "overlay";
    case Stage::up: return "up";
    case Stage::trouble: return "trouble";
  }
  return "new";
}

BootRecord BootRecord::known(bool was_up) {
  BootRecord record;
  if (was_up) record.stage_ = Stage::up;
  return record;
}

/// PXE ROM, iPXE and initramfs follow each other within one boot, and each asks for its address before it
/// fetches anything. One that asks afresh when it has fetched, or when a later one has spoken, was reset.
bool BootRecord::begins_new_boot(const dhcp::Exchange& exchange, Moment now) const {
  if (exchange.asked != "DISCOVER" || !dhcp::boots(exchange.board.dialect)) return false;
  return !watched() || identity_of(exchange.board.dialect) <= passed_ || now - heard_ > longest_silence;
}

std::string BootRecord::on_dhcp(const dhcp::Exchange& exchange, Moment now) {
  if (begins_new_boot(exchange, now)) {
    *this = BootRecord{};
    started_ = now;
    reach(Stage::dhcp, now);
  }
  if (!watched()) return {};
  const int identity = identity_of(exchange.board.dialect);
  const auto who = identity == initramfs ? "its initramfs" : dhcp::name_of(exchange.board.dialect);
  heard_ = now;
  identity_ = std::max(identity_, identity);
  passed_ = std::max(passed_, identity_ - 1);
  if (exchange.answered == "NAK")
    return note(fmt::format("{}: refused an address: {}", who, exchange.why), now);
  // Beside another DHCP server the file comes from us and the address from there: two steps of the story.
  if (exchange.answered.starts_with("proxy") && !exchange.boot_file.empty() && told_ < identity) {
    told_ = identity;
    return note(fmt::format("{}: told to load {}", who, exchange.boot_file), now);
  }
  if (!gives_address(exchange) || answered_ >= identity) return {};
  answered_ = identity;
  if (exchange.boot_file.empty()) return note(fmt::format("{}: got {}", who, exchange.address.text()), now);
  return note(fmt::format("{}: got {}, told to load {}", who, exchange.address.text(), exchange.boot_file),
              now);
}

void BootRecord::on_promised(const std::string& label) {
  if (!booting()) return;
  generation_ = label;
  if (trouble_ == cannot_boot_) trouble_.clear();
}

std::string BootRecord::on_cannot_boot(const Failure& why, Moment now) {
  if (!booting()) return {};
  trouble_ = printable(why.hint.empty() ? why.what : why.what + "; to do: " + why.hint);
  if (trouble_ == cannot_boot_) return {};
  cannot_boot_ = trouble_;
  return note(cannot_boot_, now);
}

std::string BootRecord::on_fetch(const BootName& name, Moment now) {
  if (!booting()) return {};
  heard_ = now;
  switch (name.part) {
    case BootPart::nothing:
    case BootPart::extra:
    case BootPart::settings:
    case BootPart::device_tree: return {};
    case BootPart::loader:
    case BootPart::firmware: return reach(Stage::loader, now), std::string{};
    case BootPart::script:
      passed_ = std::max(passed_, ipxe);
      reach(Stage::loader, now);
      return note(
          generation_.empty() ? "asked what to boot: nothing yet" : "asked what to boot: " + generation_,
          now);
    case BootPart::kernel:
    case BootPart::initramfs: break;
  }
  passed_ = std::max(passed_, ipxe);
  reach(name.part == BootPart::kernel ? Stage::kernel : Stage::initramfs, now);
  return {};
}

std::string BootRecord::on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Moment now) {
  if (!booting()) return {};
  heard_ = now;
  if (complete && passes_firmware(name)) passed_ = std::max(passed_, firmware);
  if (name.part == BootPart::initramfs && complete) initramfs_sent_ = now;
  if (!is_told(name)) return {};
  return note(fmt::format("{} {} ({})", complete ? "fetched" : "broke off fetching", words_for(name),
                          size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay(std::uint64_t bytes, bool complete, Moment now) {
  if (complete) reach(Stage::overlay, now);
  return note(fmt::format("{} its overlay ({})", complete ? "got" : "broke off fetching", size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay_refused(std::string_view why, Moment now) {
  auto text = fmt::format("was refused its overlay: {}", why);
  note(text, now);
  return text;
}

std::string BootRecord::on_up(const UpReport& report, Moment now) {
  const bool again = stage_ == Stage::up;
  if (!again) up_at_ = now;
  reach(Stage::up, now);
  passed_ = initramfs;
  trouble_.clear();
  if (again) return {};
  auto text = fmt::format("up with {} (kernel {}, {:.1f} s after the kernel started)",
                          printable(report.generation), printable(report.kernel), report.seconds);
  note(text, now);
  return text;
}

std::string BootRecord::on_trouble(std::string_view text, Moment now) {
  reach(Stage::trouble, now);
  trouble_ = printable(last_line(text));
  note("trouble: " + trouble_, now);
  return "trouble: " + trouble_;
}

std::optional<std::string> BootRecord::overlay_refusal(Moment now) const {
  if (!watched()) return "the head has not watched this boot (it started before the head did)";
  if (up_at_ != Moment{}) return "the node is up already, and an overlay is for one boot";
  if (initramfs_sent_ == Moment{}) return "the node has not fetched its initramfs in this boot";
  if (now - initramfs_sent_ > overlay_window)
    return fmt::format("its initramfs was fetched more than {} minutes ago", overlay_window.count());
  return std::nullopt;
}

std::chrono::duration<double> BootRecord::lasted(Moment now) const {
  if (!watched()) return {};
  return (up_at_ != Moment{} ? up_at_ : now) - started_;
}

void BootRecord::reach(Stage stage, Moment now) {
  if (stage == stage_) return;
  stage_ = stage;
  stage_since_ = now;
}

std::string BootRecord::note(std::string text, Moment now) {
  if (events_.size() == most_events) return {};
  if (events_.size() + 1 == most_events) text = "does more than a boot should: the rest is left out";
  events_.push_back({now, text});
  return text;
}

}  // namespace rootstock::server
