#include "tests/fleet/firmware/pxe_dhcp.hpp"

#include <fmt/format.h>

#include <map>

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

/// What is in option 43, as far as it is whole (PXE 2.1, table 2-1).
std::map<std::uint8_t, Bytes> vendor_suboptions(const DhcpReply& reply) {
  std::map<std::uint8_t, Bytes> found;
  const auto vendor = reply.options.find(option::vendor);
  if (vendor == reply.options.end()) return found;
  Reader in{vendor->second};
  while (!in.rest().empty()) {
    const auto code = in.u8();
    if (code == 255) break;
    if (code == 0) continue;
    const auto value = in.take(in.u8());
    if (!in.ok()) break;
    found.emplace(code, value);
  }
  return found;
}

/// Any of the options that say how boot servers are found is there.
bool has_discovery(const DhcpReply& reply) {
  const auto found = vendor_suboptions(reply);
  const auto first = found.lower_bound(6);
  return first != found.end() && first->first <= 10;
}

/// Suboption 6, bit 3: "use the boot file in this packet".
bool uses_own_file(const DhcpReply& reply) {
  const auto found = vendor_suboptions(reply);
  const auto control = found.find(6);
  return control != found.end() && !control->second.empty() && (control->second.front() & 8) != 0;
}

struct Conversation {
  Machine& machine;
  const PxeProfile& profile;
  std::uint32_t xid;

  void send(DhcpType type, const DhcpReply* chosen) {
    ++machine.progress.dhcp_sent;
    machine.broadcast(dhcp_client_port, dhcp_server_port,
                      pxe_packet(profile, machine.spec.mac, xid, type, chosen, Ipv4{}));
  }

  std::optional<DhcpReply> reply(const Event& event) const {
    const auto* datagram = std::get_if<Datagram>(&event);
    return datagram ? reply_in(*datagram, xid, machine.spec.mac, true) : std::nullopt;
  }

  Task<std::vector<DhcpReply>> discover() {
    std::vector<DhcpReply> offers;
    const auto begun = machine.now();
    for (const auto pause : profile.pauses) {
      if (machine.now() > begun) ++machine.progress.retries;
      send(DhcpType::discover, nullptr);
      for (const auto until = machine.now() + pause; machine.now() < until;) {
        auto event = co_await machine.next(until);
        auto offer = reply(event);
        if (offer && offer->type == DhcpType::offer) offers.push_back(std::move(*offer));
      }
      if (choose(offers, profile.http).address && machine.now() - begun >= profile.collects_for) break;
    }
    co_return offers;
  }

  Task<std::optional<DhcpReply>> request(const DhcpReply& chosen) {
    for (const auto pause : profile.pauses) {
      send(DhcpType::request, &chosen);
      for (const auto until = machine.now() + pause; machine.now() < until;) {
        auto event = co_await machine.next(until);
        const auto ack = reply(event);
        if (ack && ack->type == DhcpType::ack) co_return ack;
        if (ack && ack->type == DhcpType::nak) co_return std::nullopt;
      }
      ++machine.progress.retries;
    }
    co_return std::nullopt;
  }

  /// BINL: a REQUEST to port 4011 of the proxy, from our new address (facts 1.6).
  Task<std::optional<DhcpReply>> ask_4011(Ipv4 server) {
    const auto server_mac = co_await machine.resolve(server, 4);
    if (!server_mac) co_return std::nullopt;
    constexpr int attempts = 4;
    for (int i = 0; i < attempts; ++i) {
      ++machine.progress.dhcp_sent;
      machine.send(*server_mac, server, dhcp_client_port, binl_port,
                   pxe_packet(profile, machine.spec.mac, xid, DhcpType::request, nullptr, machine.address));
      for (const auto until = machine.now() + 2s; machine.now() < until;) {
        auto event = co_await machine.next(until);
        const auto ack = reply(event);
        if (ack && ack->type == DhcpType::ack && !ack->boot_file().empty()) co_return ack;
      }
      ++machine.progress.retries;
    }
    co_return std::nullopt;
  }
};

Ipv4 server_of(const DhcpReply& reply) {
  if (!reply.siaddr.unset()) return reply.siaddr;
  return reply.address(option::server).value_or(reply.source);
}

}  // namespace

PxeChoice choose(const std::vector<DhcpReply>& offers, bool http) {
  const DhcpReply *pxe10 = nullptr, *proxy10 = nullptr, *binl = nullptr, *proxy_binl = nullptr,
                  *plain = nullptr, *plain_file = nullptr;
  const auto keep = [](const DhcpReply*& first, const DhcpReply& offer) { first = first ? first : &offer; };
  for (const auto& offer : offers) {
    const bool proxy = offer.yiaddr.unset();
    const bool pxe = offer.text(option::vendor_class).starts_with(http ? "HTTPClient" : "PXEClient");
    if (proxy && !pxe) continue;
    if (http) {
      // The address may come from one server and the URL from another.
      if (!proxy) keep(plain, offer);
      if (pxe && offer.boot_file().starts_with("http")) keep(proxy ? proxy_binl : plain_file, offer);
      continue;
    }
    const bool menu = pxe && has_discovery(offer);
    if (menu) keep(proxy ? proxy10 : pxe10, offer);
    if (pxe && !menu) keep(proxy ? proxy_binl : binl, offer);
    if (!proxy && !pxe) keep(offer.boot_file().empty() ? plain : plain_file, offer);
  }
  const auto* address = plain_file ? plain_file : plain;
  if (http) {
    const auto* boot = plain_file ? plain_file : proxy_binl;
    return boot ? PxeChoice{address, boot, false} : PxeChoice{};
  }
  if (pxe10) return {pxe10, pxe10, !uses_own_file(*pxe10)};
  if (address && proxy10) return {address, proxy10, !uses_own_file(*proxy10)};
  if (binl) return {binl, binl, true};
  if (address && proxy_binl) return {address, proxy_binl, true};
  return {address, plain_file, false};
}

Task<std::optional<PxeLease>> pxe_dhcp(Machine& machine, PxeProfile profile) {
  machine.reset_stack();
  machine.habits = IpHabits{.ttl = 64};
  Conversation talk{machine, profile, static_cast<std::uint32_t>(machine.random())};
  const auto offers = co_await talk.discover();
  const auto choice = choose(offers, profile.http);
  if (!choice.address) co_return std::nullopt;
  const auto ack = co_await talk.request(*choice.address);
  if (!ack) co_return std::nullopt;
  settle(machine, *ack);
  if (choice.asks_4011) {
    const auto told = co_await talk.ask_4011(server_of(*choice.boot));
    if (!told) {
      machine.note("no answer from port 4011 of " + server_of(*choice.boot).text());
      co_return PxeLease{};
    }
    co_return PxeLease{server_of(*told), told->boot_file()};
  }
  // The ACK counts where it speaks; a proxy's offer is all that a proxy says.
  const auto& boot = choice.boot && choice.boot != choice.address ? *choice.boot : *ack;
  co_return PxeLease{server_of(boot), boot.boot_file()};
}

}  // namespace rootstock::fleet
