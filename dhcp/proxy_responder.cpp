#include "dhcp/proxy_responder.hpp"

#include <fmt/format.h>

#include <array>

#include "dhcp/client_kind.hpp"
#include "dhcp/raspberry.hpp"

namespace rootstock::dhcp {

namespace {

/// PXE_DISCOVERY_CONTROL (sub-option 6 of 43), bit 3: load the file that this answer names.
constexpr std::array<std::uint8_t, 4> load_this_file{6, 1, 8, 0xff};

Outcome silent(Outcome outcome, std::string why) {
  outcome.why = std::move(why);
  return outcome;
}

Outcome turned_away(Outcome outcome) {
  outcome.why = outcome.welcome.why;
  return outcome;
}

bool names_other_server(const Message& m, Ipv4 head) {
  const auto server = m.options.address(Code::server_id);
  return server && *server != head;
}

}  // namespace

bool ProxyResponder::is_board(Ipv4 address) const {
  const auto& subnet = network_.subnet;
  return subnet.first_host() <= address && address <= subnet.last_host() && address != network_.head.address;
}

Outcome ProxyResponder::on_dhcp(const Message& question) {
  const auto type = question.type();
  Outcome outcome;
  outcome.board = board_of(question, transactions_);
  outcome.asked = type ? name_of(*type) : "BOOTP";
  outcome.secs = question.secs;
  if (!question.relay.unset() && !is_board(question.relay))
    return silent(std::move(outcome), fmt::format("relayed from {}, but this head serves {} only",
                                                  question.relay.text(), network_.subnet.text()));
  if (type == MessageType::discover) return discover(question, std::move(outcome));
  if (type == MessageType::request) return overhear(question, std::move(outcome));
  return silent(std::move(outcome), "the other DHCP server's business");
}

Outcome ProxyResponder::discover(const Message& question, Outcome outcome) {
  const auto dialect = outcome.board.dialect;
  const auto advice = advise_beside_server(dialect);
  outcome.why = advice.why;
  if (dialect == Dialect::plain) return outcome;
  const bool begins = transactions_.remember(outcome.board.mac, question.xid, {dialect, outcome.board.arch});
  if (advice.way == ProxyWay::silence) {
    outcome.warns = begins;
    return outcome;
  }
  outcome.welcome = seating_.welcome(outcome.board, true);
  if (!outcome.welcome.answers()) return turned_away(std::move(outcome));
  seating_.seat(outcome.board, {});  // its address comes from elsewhere, later
  auto reply = answer_to(question, outcome, MessageType::offer);
  if (advice.way == ProxyWay::offer) add_boot_file(reply, outcome.board);
  outcome.delay = row_of(dialect).delay;
  outcome.answered = "proxy OFFER";
  return finish(question, std::move(outcome), std::move(reply));
}

/// RFC 2131 4.3.2: a REQUEST is broadcast, so that every server hears which was chosen, and who will have
/// which address. It may still be refused; then the board asks for another.
Outcome ProxyResponder::overhear(const Message& question, Outcome outcome) {
  const auto asked = question.options.address(Code::requested_ip);
  outcome.address = asked ? *asked : question.client_ip;
  if (!is_board(outcome.address)) {
    outcome.warns = !outcome.address.unset() && boots(outcome.board.dialect);
    return silent(std::move(outcome),
                  fmt::format("takes an address outside {}: the other DHCP server and `address` in [network] "
                              "must be of one network",
                              network_.subnet.text()));
  }
  if (const auto server = question.options.address(Code::server_id); server == network_.head.address)
    return silent(std::move(outcome), "takes an address from us, who gave none: the board has old news");
  outcome.welcome = seating_.welcome(outcome.board, false);
  if (outcome.welcome.how == Welcome::How::refused) return turned_away(std::move(outcome));
  seating_.seat(outcome.board, outcome.address);
  outcome.answered = "overheard";
  return silent(std::move(outcome), "takes its address from the other DHCP server");
}

Outcome ProxyResponder::on_binl(const Message& question, Ipv4 from, std::uint16_t port) {
  const auto type = question.type();
  Outcome outcome;
  outcome.board = board_of(question, transactions_);
  outcome.asked = (type ? name_of(*type) : "BOOTP") + " on 4011";
  outcome.address = is_board(question.client_ip) ? question.client_ip : from;
  if (type != MessageType::request && type != MessageType::inform)
    return silent(std::move(outcome), "on this port boards REQUEST their boot file, nothing else");
  // Also keeps a forged address from having us send to strangers.
  if (!is_board(outcome.address)) return silent(std::move(outcome), "asks from outside the cluster network");
  if (names_other_server(question, network_.head.address))
    return silent(std::move(outcome), "meant for another boot server");
  const auto advice = advise_beside_server(outcome.board.dialect);
  outcome.why = advice.why;
  if (advice.way == ProxyWay::silence || is_raspberry_pi(outcome.board.dialect)) return outcome;
  outcome.welcome = seating_.welcome(outcome.board, false);
  if (!outcome.welcome.answers()) return turned_away(std::move(outcome));
  seating_.seat(outcome.board, outcome.address);
  auto reply = answer_to(question, outcome, MessageType::ack);
  add_boot_file(reply, outcome.board);
  outcome.answered = "proxy ACK";
  outcome = finish(question, std::move(outcome), std::move(reply));
  // PXE 2.1: to where it came from, be that port 68 or 4011.
  outcome.to = {Route::client, outcome.address, {}, port};
  return outcome;
}

/// No address, no lease, no parameters of the network: those are the other server's. siaddr, 54 and 66 all
/// name the head, as firmwares disagree on where they look (section 0).
Message ProxyResponder::answer_to(const Message& question, const Outcome& outcome, MessageType type) const {
  const auto head = network_.head.address;
  const auto advice = advise_beside_server(outcome.board.dialect);
  auto reply = reply_to(question, type, head);
  reply.next_server = head;
  reply.options.set(Code::vendor_class, advice.vendor_class);
  reply.options.set(Code::tftp_server, std::string_view{head.text()});
  if (row_of(outcome.board.dialect).pi_menu) reply.options.set(Code::vendor_options, raspberry_menu);
  if (advice.boot_at_once) reply.options.set(Code::vendor_options, Bytes{load_this_file});
  return reply;
}

void ProxyResponder::add_boot_file(Message& reply, const Board& board) const {
  const auto file = advise(board.dialect, network_.head).file;
  if (file.empty()) return;
  reply.options.set(Code::boot_file, std::string_view{file});
  reply.file = file;
}

Outcome ProxyResponder::finish(const Message& question, Outcome outcome, Message reply) const {
  trim(reply, size_limit(question, row_of(outcome.board.dialect).largest));
  outcome.to = destination_of(question, reply);
  outcome.reply = std::move(reply);
  return outcome;
}

}  // namespace rootstock::dhcp
