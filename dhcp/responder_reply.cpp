// The part of Responder that builds answers.
#include <fmt/format.h>

#include <algorithm>

#include "dhcp/raspberry.hpp"
#include "dhcp/responder.hpp"

namespace rootstock::dhcp {

namespace {

/// A client's words, fit for a log and for JSON.
std::string printable(std::string_view text) {
  constexpr std::size_t longest = 80;
  std::string out{text.substr(0, longest)};
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

}  // namespace

Outcome Responder::acknowledge(const Message& question, Outcome outcome, Ipv4 address, Time now) {
  outcome.lease = leases_.bind(outcome.board.mac, address, now + lease_for(outcome.welcome), false);
  auto reply = with_address(question, outcome, MessageType::ack, address);
  return send(question, std::move(outcome), std::move(reply));
}

/// An OFFER or an ACK: the address, all that goes with it, and the name of a board that has one.
Message Responder::with_address(const Message& question, Outcome& outcome, MessageType type, Ipv4 address) {
  auto reply = reply_to(question, type, head_.address);
  reply.your_ip = address;
  const auto& welcome = outcome.welcome;
  add_lease(reply, lease_for(welcome));
  add_network(reply);
  seating_.seat(outcome.board, address);
  if (welcome.how == Welcome::How::seated) {
    leases_.seat(address);
    if (outcome.lease) outcome.lease->seated = true;
  }
  if (!welcome.name.empty()) reply.options.set(Code::host_name, std::string_view{welcome.name});
  outcome.why = add_boot(reply, outcome.board);
  const auto& needs = row_of(outcome.board.dialect);
  outcome.delay = needs.delay;
  // Pinned for one board, the address would not be found at another that gets it later.
  if (needs.deaf) pinned_.insert(address);
  if (pinned_.contains(address)) outcome.pin = Neighbour{address, outcome.board.mac};
  return reply;
}

/// Only what its REQUEST may leave out; and a firmware that we cannot boot is worth one warning, not one for
/// each time that it asks.
void Responder::remember(const Message& question, Outcome& outcome) {
  const auto& board = outcome.board;
  if (board.dialect == Dialect::plain) return;
  const bool begins = transactions_.remember(board.mac, question.xid, {board.dialect, board.arch});
  outcome.warns = begins && board.dialect == Dialect::unknown;
}

/// RFC 2131 table 3: a NAK carries nothing but its reason and who sent it.
Outcome Responder::refuse(const Message& question, Outcome outcome, std::string why) const {
  auto reply = reply_to(question, MessageType::nak, head_.address);
  reply.options.set(Code::message, std::string_view{why});
  outcome.why = std::move(why);
  return send(question, std::move(outcome), std::move(reply));
}

Outcome Responder::send(const Message& question, Outcome outcome, Message reply) const {
  trim(reply, size_limit(question, row_of(outcome.board.dialect).largest));
  outcome.answered = name_of(*reply.type());
  outcome.to = destination_of(question, reply);
  outcome.reply = std::move(reply);
  return outcome;
}

std::chrono::seconds Responder::lease_for(const Welcome& welcome) const {
  return welcome.lease.count() > 0 ? welcome.lease : network_.lease_time;
}

/// RFC 2131 4.4.5: renew at half of the lease, rebind at seven eighths.
void Responder::add_lease(Message& reply, std::chrono::seconds time) {
  const auto seconds = static_cast<std::uint32_t>(time.count());
  reply.options.set_u32(Code::lease_time, seconds);
  reply.options.set_u32(Code::renewal_time, seconds / 2);
  reply.options.set_u32(Code::rebinding_time, seconds - seconds / 8);
}

/// Sent whether asked for or not: the Raspberry Pi's REQUEST names no parameters and needs them all the same.
void Responder::add_network(Message& reply) const {
  const auto& subnet = network_.space.subnet;
  reply.options.set(Code::subnet_mask, subnet.mask());
  reply.options.set(Code::broadcast_address, subnet.broadcast());
  if (network_.router) reply.options.set(Code::router, *network_.router);
  if (!network_.dns.empty()) reply.options.set(Code::dns, network_.dns);
  if (!network_.domain.empty()) reply.options.set(Code::domain_name, std::string_view{network_.domain});
}

/// Firmwares disagree on where they look for the boot server, so it stands in siaddr, in 66 as text, and in
/// 54 (NETBOOT-FACTS section 0). Option 60 goes to those that look for it only: at "PXEClient" EDK2 would ask
/// port 4011 and wait ten seconds (1.6).
std::string Responder::add_boot(Message& reply, const Board& board) const {
  const auto advice = advise(board.dialect, head_);
  reply.next_server = head_.address;
  reply.options.set(Code::tftp_server, std::string_view{head_.address.text()});
  if (!advice.file.empty()) {
    reply.options.set(Code::boot_file, std::string_view{advice.file});
    reply.file = advice.file;
  }
  const auto& needs = row_of(board.dialect);
  if (!needs.vendor_class.empty()) reply.options.set(Code::vendor_class, needs.vendor_class);
  if (needs.pi_menu) reply.options.set(Code::vendor_options, raspberry_menu);
  if (board.dialect == Dialect::unknown)
    return fmt::format("no boot file for firmware '{}' (architecture {}): an address only",
                       printable(board.vendor_class), board.arch ? fmt::to_string(*board.arch) : "not told");
  return advice.why;
}

}  // namespace rootstock::dhcp
