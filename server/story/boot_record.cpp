#include "server/story/boot_record.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/story/dhcp_identity.hpp"
#include "server/story/words.hpp"

namespace rootstock::server {
namespace {

using dhcp_identity::firmware, dhcp_identity::ipxe, dhcp_identity::initramfs;

/// A boot has about ten; a board that goes round in circles has no end.
constexpr std::size_t most_events = 100, most_stages = 40;
/// Of a board that boots; longer, and it was switched off.
constexpr std::chrono::minutes longest_silence{5};
/// A link that is deaf for so long after it came up is a switch that runs spanning tree (2 x 15 s); others
/// take two or three seconds.
constexpr double deaf_link = 20, worth_telling = 5;

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

}  // namespace

BootRecord BootRecord::known(bool was_up) {
  BootRecord record;
  if (was_up) record.data_.stage = Stage::up;
  return record;
}

BootRecord BootRecord::restored(BootData kept) {
  BootRecord record;
  record.data_ = std::move(kept);
  record.data_.fetching = 0;  // transfers ended with the process that carried them
  return record;
}

/// PXE ROM, iPXE and initramfs follow each other within one boot, and each asks for its address before it
/// fetches anything. One that asks afresh when it has fetched, or when a later one has spoken, was reset.
bool BootRecord::begins_new_boot(const dhcp::Exchange& exchange, Moment now) const {
  // Whoever takes the OFFER of a faster server is heard with that REQUEST first: our answer to its DISCOVER
  // still waits for the probe of its address.
  if (!watched() && !exchange.rival.unset()) return dhcp::boots(exchange.board.dialect);
  if (exchange.asked != "DISCOVER" || !dhcp::boots(exchange.board.dialect)) return false;
  return !watched() || identity_of(exchange.board.dialect) <= data_.passed ||
         now - data_.heard > longest_silence;
}

/// The boot that ends here is kept beside the new one, and its own predecessor is not.
void BootRecord::begin(const dhcp::Exchange& exchange, Moment now) {
  const bool in_vain = booting();
  const int tries = in_vain ? data_.tries + 1 : 1;
  auto ended = watched() ? std::make_shared<BootRecord>(std::move(*this)) : nullptr;
  if (ended) ended->before_.reset();
  *this = BootRecord{};
  before_ = std::move(ended);
  data_.tries = tries;
  data_.started = now;
  data_.firmware = dhcp::name_of(exchange.board.dialect);
  reach(Stage::dhcp, now);
}

void BootRecord::count(const dhcp::Exchange& exchange, Moment now) {
  auto& dhcp = data_.dhcp;
  if (exchange.asked == "DISCOVER" && identity_of(exchange.board.dialect) == firmware) {
    if (dhcp.discovers++ == 0) {
      dhcp.first = now;
      dhcp.first_secs = exchange.secs;
    }
    dhcp.last = now;
  }
  if (exchange.asked == "REQUEST") ++dhcp.requests;
  if (exchange.answered == "OFFER" || exchange.answered == "proxy OFFER") ++dhcp.offers;
  if (exchange.answered == "NAK") ++dhcp.naks;
  if (!exchange.rival.unset()) dhcp.rival = exchange.rival;
}

std::string BootRecord::on_dhcp(const dhcp::Exchange& exchange, Moment now) {
  if (begins_new_boot(exchange, now)) begin(exchange, now);
  if (!watched()) return {};
  count(exchange, now);
  const int identity = identity_of(exchange.board.dialect);
  const auto who = identity == initramfs ? "its initramfs" : dhcp::name_of(exchange.board.dialect);
  data_.heard = now;
  data_.identity = std::max(data_.identity, identity);
  data_.passed = std::max(data_.passed, data_.identity - 1);
  if (!exchange.rival.unset())
    return note(fmt::format("{}: chose another DHCP server, {}", who, exchange.rival.text()), now);
  if (exchange.answered == "NAK")
    return note(fmt::format("{}: refused an address: {}", who, exchange.why), now);
  // Beside another DHCP server the file comes from us and the address from there: two steps of the story.
  if (exchange.answered.starts_with("proxy") && !exchange.boot_file.empty() && data_.told < identity) {
    data_.told = identity;
    return note(fmt::format("{}: told to load {}", who, exchange.boot_file), now);
  }
  if (!gives_address(exchange) || data_.answered >= identity) return {};
  data_.answered = identity;
  changed();
  if (identity == firmware) data_.held.clear();
  auto words = fmt::format("{}: got {}", who, exchange.address.text());
  if (const int times = data_.dhcp.discovers; identity == firmware && times > 1)
    words += fmt::format(" when it had asked {} times", times);
  if (!exchange.boot_file.empty()) words += fmt::format(", told to load {}", exchange.boot_file);
  return note(words, now);
}

void BootRecord::on_promised(const std::string& label) {
  if (!booting()) return;
  if (data_.generation != label) changed();
  data_.generation = label;
  if (data_.trouble == data_.cannot_boot) data_.trouble.clear();
}

std::string BootRecord::on_cannot_boot(const Failure& why, Moment now) {
  if (!booting()) return {};
  data_.trouble = printable(why.hint.empty() ? why.what : why.what + "; to do: " + why.hint);
  if (data_.trouble == data_.cannot_boot) return {};
  data_.cannot_boot = data_.trouble;
  return note(data_.cannot_boot, now);
}

std::string BootRecord::on_held(std::string_view words, Moment now) {
  if (!booting()) return {};
  data_.heard = now;
  const bool first = data_.held.empty();
  data_.held = printable(words);
  return first ? note("has to wait: " + data_.held, now) : std::string{};
}

void BootRecord::on_admitted(Moment now) {
  if (data_.held.empty()) return;
  data_.held.clear();
  data_.heard = now;
  note("may go on", now);
}

void BootRecord::on_let_in(Moment now) {
  on_admitted(now);
  if (data_.let_in != Moment{} || !booting()) return;
  data_.let_in = now;
  changed();
}

std::string BootRecord::on_step(std::string_view step, double seconds, Moment now, double link) {
  data_.heard = now;
  if (step == "address") {
    if (link >= deaf_link) ++data_.address_troubles;
    return link >= worth_telling
               ? note(fmt::format("its link was up for {:.0f} s before DHCP answered its initramfs", link),
                      now)
               : std::string{};
  }
  if (step == "root") {
    data_.root_at = now;
    reach(Stage::root, now);
    data_.trouble.clear();
    return note(fmt::format("mounted its root ({:.1f} s after its kernel started)", seconds), now);
  }
  if (step == "handover")
    return note(fmt::format("hands over to its system ({:.1f} s after its kernel started)", seconds), now);
  return {};
}

std::string BootRecord::on_up(const UpReport& report, Moment now) {
  const bool again = data_.stage == Stage::up;
  if (!again) data_.up_at = now;
  reach(Stage::up, now);
  data_.passed = initramfs;
  data_.trouble.clear();
  data_.held.clear();
  data_.heard = now;
  if (again) return {};
  auto text = report.kernel.empty()
                  ? fmt::format("up with {}: its heartbeats come", printable(report.generation))
                  : fmt::format("up with {} (kernel {}, {:.1f} s after the kernel started)",
                                printable(report.generation), printable(report.kernel), report.seconds);
  note(text, now);
  return text;
}

/// A node may be up for months: of that the latest is kept, beside the beginning of its boot.
std::string BootRecord::on_beat_says(std::string_view words, Moment now) {
  auto& events = data_.events;
  while (events.size() + 1 >= most_events) events.erase(events.begin() + most_events / 2);
  return note(printable(words), now);
}

std::string BootRecord::on_down(std::string_view how, Moment now) {
  data_.down = printable(how);
  data_.down_at = now;
  reach(Stage::off, now);
  data_.trouble.clear();
  data_.heard = now;
  return note(fmt::format("goes down ({})", data_.down), now);
}

std::string BootRecord::on_doubt(std::string_view words, Moment now) { return note(printable(words), now); }

std::string BootRecord::on_trouble(std::string_view text, Moment now) {
  reach(Stage::trouble, now);
  changed();
  data_.trouble = printable(last_line(text));
  data_.heard = now;
  if (data_.trouble.find("no DHCP answer") != std::string::npos) ++data_.address_troubles;
  note("trouble: " + data_.trouble, now);
  return "trouble: " + data_.trouble;
}

std::optional<std::string> BootRecord::overlay_refusal(Moment now) const {
  if (!watched()) return "the head has not watched this boot (it started before the head did)";
  if (data_.up_at != Moment{}) return "the node is up already, and an overlay is for one boot";
  if (data_.initramfs_sent == Moment{}) return "the node has not fetched its initramfs in this boot";
  // Not the later of the two: a moment before the head's machine was switched on is an early one, too.
  if (now - (data_.let_in != Moment{} ? data_.let_in : data_.initramfs_sent) > overlay_window)
    return fmt::format("its initramfs was fetched more than {} minutes ago", overlay_window.count());
  return std::nullopt;
}

std::chrono::duration<double> BootRecord::lasted(Moment now) const {
  if (!watched()) return {};
  return (data_.up_at != Moment{} ? data_.up_at : now) - data_.started;
}

void BootRecord::reach(Stage stage, Moment now) {
  if (stage == data_.stage) return;
  changed();
  data_.stage = stage;
  data_.stage_since = now;
  if (data_.stages.size() < most_stages) data_.stages.push_back({stage, now, 0});
}

std::string BootRecord::note(std::string text, Moment now) {
  auto& events = data_.events;
  if (events.size() == most_events) return {};
  if (events.size() + 1 == most_events) text = "does more than a boot should: the rest is left out";
  events.push_back({now, text});
  return text;
}

}  // namespace rootstock::server
