#include "server/nodes/boot_record.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rootstock::server {
namespace {

constexpr std::size_t most_events =
    100;  // a boot has about ten; a board that goes round in circles has no end
constexpr std::size_t longest_report = 400;

/// One NIC shows several DHCP identities during one boot, always in this order (NETBOOT-FACTS section 0).
int identity_of(dhcp::Dialect dialect) {
  switch (dialect) {
    case dhcp::Dialect::plain: return 3;
    case dhcp::Dialect::ipxe: return 2;
    default: return 1;
  }
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

BootRecord BootRecord::known(Time last_up) {
  BootRecord record;
  if (last_up == Time{}) return record;
  record.stage_ = Stage::up;
  record.stage_since_ = last_up;
  return record;
}

bool BootRecord::begins_new_boot(const dhcp::Exchange& exchange) const {
  if (exchange.asked != "DISCOVER" || !dhcp::boots(exchange.board.dialect)) return false;
  // PXE ROM, iPXE and initramfs follow each other within one boot. Going back in that order, or asking for
  // something to boot when the kernel was already on its way, is a board that was reset.
  return !watched() || kernel_asked_ || stage_ == Stage::up ||
         identity_of(exchange.board.dialect) < identity_;
}

std::string BootRecord::on_dhcp(const dhcp::Exchange& exchange, Time now) {
  if (begins_new_boot(exchange)) {
    *this = BootRecord{};
    started_ = now;
    reach(Stage::dhcp, now);
  }
  if (!watched()) return {};
  const auto who = dhcp::name_of(exchange.board.dialect);
  const int identity = identity_of(exchange.board.dialect);
  identity_ = std::max(identity_, identity);
  if (exchange.answered == "NAK")
    return note(fmt::format("{}: refused an address: {}", who, exchange.why), now);
  if (exchange.answered != "ACK" || answered_ >= identity) return {};
  answered_ = identity;
  if (exchange.boot_file.empty()) return note(fmt::format("{}: got {}", who, exchange.address.text()), now);
  return note(fmt::format("{}: got {}, told to load {}", who, exchange.address.text(), exchange.boot_file),
              now);
}

void BootRecord::on_promised(const std::string& label) {
  if (booting()) generation_ = label;
}

std::string BootRecord::on_fetch(const BootName& name, Time now) {
  if (!booting()) return {};
  switch (name.part) {
    case BootPart::extra: return {};
    case BootPart::loader: return reach(Stage::loader, now), std::string{};
    case BootPart::script:
      reach(Stage::loader, now);
      return note(
          generation_.empty() ? "asked what to boot: nothing yet" : "asked what to boot: " + generation_,
          now);
    case BootPart::kernel: kernel_asked_ = true; return reach(Stage::kernel, now), std::string{};
    case BootPart::initramfs: return reach(Stage::initramfs, now), std::string{};
  }
  return {};
}

std::string BootRecord::on_fetched(const BootName& name, std::uint64_t bytes, bool complete, Time now) {
  if (!booting() || name.part == BootPart::script) return {};
  if (name.part == BootPart::initramfs && complete) initramfs_sent_ = now;
  return note(fmt::format("{} {} ({})", complete ? "fetched" : "broke off fetching", words_for(name),
                          size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay(std::uint64_t bytes, bool complete, Time now) {
  if (complete) reach(Stage::overlay, now);
  return note(fmt::format("{} its overlay ({})", complete ? "got" : "broke off fetching", size_words(bytes)),
              now);
}

std::string BootRecord::on_overlay_refused(std::string_view why, Time now) {
  return note(fmt::format("was refused its overlay: {}", why), now);
}

std::string BootRecord::on_up(const UpReport& report, Time now) {
  const bool again = stage_ == Stage::up;
  if (!again) up_at_ = now;
  reach(Stage::up, now);
  trouble_.clear();
  const auto text = fmt::format("up with {} (kernel {}, {:.1f} s after the kernel started)",
                                printable(report.generation), printable(report.kernel), report.seconds);
  return again ? std::string{} : note(text, now);
}

std::string BootRecord::on_trouble(std::string_view text, Time now) {
  reach(Stage::trouble, now);
  trouble_ = printable(last_line(text));
  return note("trouble: " + trouble_, now);
}

std::optional<std::string> BootRecord::overlay_refusal(Time now) const {
  if (!watched()) return "the head has not watched this boot (it started before the head did)";
  if (up_at_ != Time{}) return "the node is up already, and an overlay is for one boot";
  if (initramfs_sent_ == Time{}) return "the node has not fetched its initramfs in this boot";
  if (now - initramfs_sent_ > overlay_window)
    return fmt::format("its initramfs was fetched more than {} minutes ago", overlay_window.count());
  return std::nullopt;
}

std::chrono::duration<double> BootRecord::lasted(Time now) const {
  if (!watched()) return {};
  return (up_at_ != Time{} ? up_at_ : now) - started_;
}

void BootRecord::reach(Stage stage, Time now) {
  if (stage == stage_) return;
  stage_ = stage;
  stage_since_ = now;
}

std::string BootRecord::note(std::string text, Time now) {
  if (events_.size() == most_events) events_.back() = {now, "... more of the same is left out"};
  if (events_.size() < most_events) events_.push_back({now, text});
  return text;
}

}  // namespace rootstock::server
