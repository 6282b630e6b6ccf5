#include "dhcp/responder.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dhcp/client_kind.hpp"

namespace rootstock::dhcp {

namespace {

/// How long an offer is held for a client that has not asked for it yet: longer than any firmware takes to
/// choose (EDK2 collects offers for 4 s, then repeats its REQUEST at 4, 8, 16 and 32 s).
constexpr std::chrono::seconds offer_hold{90};

/// A board that boots from the OFFER alone keeps its address at least until its kernel asks again.
constexpr std::chrono::seconds least_lease_on_offer{600};

Outcome silent(Outcome outcome, std::string why) {
  outcome.why = std::move(why);
  return outcome;
}

/// Silent, and an operator should hear why.
Outcome warning(Outcome outcome, std::string why) {
  outcome.warns = true;
  return silent(std::move(outcome), std::move(why));
}

Outcome probing(Outcome outcome) {
  outcome.probe = outcome.address;
  return silent(std::move(outcome), "asking the wire whether somebody uses the address");
}

/// RFC 2131 4.3.2: only the client that chose us names us.
bool names_other_server(const Message& m, Ipv4 head) {
  const auto server = m.options.address(Code::server_id);
  return server && *server != head;
}

}  // namespace

Exchange exchange_of(const Outcome& outcome) {
  const auto boot_file = outcome.reply ? std::string_view{outcome.reply->file} : std::string_view{};
  return {outcome.board, outcome.asked, outcome.answered, outcome.address, boot_file,
          outcome.why,   outcome.warns, outcome.secs,     outcome.rival};
}

std::string_view fault_of(const Message& message) {
  if (message.op != boot_request) return "not a request";
  if (message.hardware_type != 1 || message.hardware_length != 6) return "not from Ethernet";
  constexpr std::uint8_t group_bit = 1;
  const auto mac = message.mac();
  if (mac == Mac{} || (mac.bytes[0] & group_bit)) return "not a board's hardware address";
  return {};
}

RequestKind kind_of(const Message& m) {
  const bool names_server = m.options.has(Code::server_id);
  const bool asks = m.options.has(Code::requested_ip);
  const bool holds = !m.client_ip.unset();
  if (names_server && asks) return RequestKind::selecting;
  if (!names_server && holds) return RequestKind::renewing;  // rebinding looks the same
  if (!names_server && asks) return RequestKind::init_reboot;
  return RequestKind::malformed;
}

Responder::Responder(NetworkParameters network, LeaseBook& leases, Seating& seating)
    : network_(std::move(network)),
      head_{network_.space.head, network_.http_port},
      leases_(leases),
      seating_(seating) {}

Outcome Responder::answer(const Message& question, Time now) {
  const auto type = question.type();
  Outcome outcome;
  outcome.board = board_of(question, transactions_);
  outcome.asked = type ? name_of(*type) : "BOOTP";
  outcome.secs = question.secs;
  if (!question.relay.unset() && !network_.space.is_host(question.relay))
    return warning(std::move(outcome), fmt::format("relayed from {}, but this head serves {} only",
                                                   question.relay.text(), network_.space.subnet.text()));
  if (!type) return silent(std::move(outcome), "BOOTP without DHCP is not served");
  switch (*type) {
    case MessageType::discover:
    case MessageType::request: return receive(question, std::move(outcome), now);
    case MessageType::decline: return decline(question, std::move(outcome), now);
    case MessageType::release: return release(question, std::move(outcome), now);
    case MessageType::inform: return inform(question, std::move(outcome));
    default: return silent(std::move(outcome), "a server's message, or one this server does not know");
  }
}

/// Who takes another server's address is none of our guests.
Outcome Responder::receive(const Message& question, Outcome outcome, Time now) {
  const bool starts = question.type() == MessageType::discover;
  if (starts || !names_other_server(question, head_.address)) {
    outcome.welcome = seating_.welcome(outcome.board, starts);
    if (!outcome.welcome.answers()) {
      auto why = outcome.welcome.why;
      return silent(std::move(outcome), std::move(why));
    }
  }
  if (const auto own = outcome.welcome.address) leases_.give(outcome.board.mac, *own, now);
  return starts ? discover(question, std::move(outcome), now) : request(question, std::move(outcome), now);
}

Outcome Responder::discover(const Message& question, Outcome outcome, Time now) {
  const auto wanted = question.options.address(Code::requested_ip);
  const auto address = leases_.offer(outcome.board.mac, wanted, now, now + offer_hold);
  if (!address)
    return warning(std::move(outcome),
                   fmt::format("no address left: all {} of the pool {} are leased, held for nodes or in "
                               "use by others",
                               network_.space.pool.size(), network_.space.pool.text()));
  outcome.address = *address;
  if (must_probe(*address)) return probing(std::move(outcome));
  if (!row_of(outcome.board.dialect).requests)
    outcome.lease = leases_.bind(outcome.board.mac, *address,
                                 now + std::max(lease_for(outcome.welcome), least_lease_on_offer), false);
  auto reply = with_address(question, outcome, MessageType::offer, *address);
  remember(question, outcome);
  return send(question, std::move(outcome), std::move(reply));
}

Outcome Responder::request(const Message& question, Outcome outcome, Time now) {
  switch (kind_of(question)) {
    case RequestKind::selecting: return selecting(question, std::move(outcome), now);
    case RequestKind::init_reboot: {
      const auto asked = *question.options.address(Code::requested_ip);
      return keeping(question, std::move(outcome), asked, now);
    }
    case RequestKind::renewing: return keeping(question, std::move(outcome), question.client_ip, now);
    case RequestKind::malformed: break;
  }
  return silent(std::move(outcome),
                "a REQUEST that names neither an address nor a server fits no state of RFC 2131");
}

/// RFC 2131 4.3.2, SELECTING: the client answers an OFFER, ours or another server's.
Outcome Responder::selecting(const Message& question, Outcome outcome, Time now) {
  if (names_other_server(question, head_.address)) {
    leases_.withdraw(outcome.board.mac, now);
    outcome.rival = *question.options.address(Code::server_id);
    return warning(
        std::move(outcome),
        fmt::format(
            "chose the offer of another DHCP server, {}: with two of them on one wire boards boot from "
            "one or the other. Switch that one off (`rootstock check` tells more of it), or let it "
            "give the addresses: mode = \"proxy\" in [dhcp]",
            question.options.address(Code::server_id)->text()));
  }
  return keeping(question, std::move(outcome), *question.options.address(Code::requested_ip), now);
}

/// The client has, had or was offered `address`. RFC 2131 4.3.2 wants silence towards a client without a
/// record. We are the one server of this network: an address that is free is confirmed (a node that runs from
/// us keeps its root although our memory was lost), any other is refused at once, so that the client starts
/// over without waiting.
Outcome Responder::keeping(const Message& question, Outcome outcome, Ipv4 address, Time now) {
  outcome.address = address;
  if (!network_.space.subnet.contains(address))
    return refuse(question, std::move(outcome),
                  fmt::format("{} is not of this network, {}", address.text(), network_.space.subnet.text()));
  const auto own = leases_.address_of(outcome.board.mac);
  if (own && *own != address)
    return refuse(question, std::move(outcome),
                  fmt::format("{} is not its address, {} is", address.text(), own->text()));
  if (!leases_.may_take(outcome.board.mac, address, now))
    return refuse(question, std::move(outcome), fmt::format("{} is not free for it", address.text()));
  if (!own) leases_.hold(outcome.board.mac, address, now + offer_hold);
  const bool uses_it_already = !question.client_ip.unset();
  if (!uses_it_already && must_probe(address)) return probing(std::move(outcome));
  return acknowledge(question, std::move(outcome), address, now);
}

/// RFC 2131 4.3.3: the client found somebody else on its address.
Outcome Responder::decline(const Message& question, Outcome outcome, Time now) {
  if (names_other_server(question, head_.address))
    return silent(std::move(outcome), "meant for another DHCP server");
  const auto address = question.options.address(Code::requested_ip);
  if (!address || leases_.address_of(outcome.board.mac) != address)
    return silent(std::move(outcome), "declines an address that is not its own");
  outcome.address = *address;
  outcome.lease = leases_.decline(*address, now, now + decline_rest);
  return warning(std::move(outcome),
                 fmt::format("found somebody else using {}: the address rests for {} min. Look for a "
                             "device with a fixed address",
                             address->text(), decline_rest.count()));
}

/// RFC 2131 4.3.4.
Outcome Responder::release(const Message& question, Outcome outcome, Time now) {
  if (names_other_server(question, head_.address))
    return silent(std::move(outcome), "meant for another DHCP server");
  outcome.address = question.client_ip;
  outcome.lease = leases_.release(outcome.board.mac, question.client_ip, now);
  return silent(std::move(outcome),
                outcome.lease ? "gave its address back" : "gives back an address it does not hold");
}

/// RFC 2131 4.3.5: parameters only, for a client that has its address from elsewhere. No lease time, no
/// yiaddr.
Outcome Responder::inform(const Message& question, Outcome outcome) {
  outcome.address = question.client_ip;
  // Also keeps a forged address from having us send to strangers.
  if (!network_.space.is_host(question.client_ip))
    return silent(std::move(outcome), "an INFORM must name the client's address, one of this network");
  auto reply = reply_to(question, MessageType::ack, head_.address);
  add_network(reply);
  outcome.why = add_boot(reply, outcome.board);
  return send(question, std::move(outcome), std::move(reply));
}

}  // namespace rootstock::dhcp
