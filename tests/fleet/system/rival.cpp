#include "tests/fleet/system/rival.hpp"

#include "tests/fleet/firmware/dhcp_packet.hpp"

namespace rootstock::fleet {
namespace {

constexpr Ipv4 router{192U << 24 | 168 << 16 | 178 << 8 | 1}, netmask{0xffffff00};
constexpr Mac router_mac{{0x52, 0x54, 0x00, 0xfd, 0x00, 0x02}};
constexpr std::uint32_t first_lent = 20;

/// A DHCP payload's fields are in the same places both ways: the parser of replies reads it.
std::optional<DhcpReply> asked_in(const Datagram& question, std::uint32_t xid, const Mac& mac) {
  auto turned = question;
  turned.payload[0] = 2;
  turned.target_port = dhcp_client_port;
  return reply_in(turned, xid, mac, false);
}

}  // namespace

std::optional<Frame> Rival::answer(Bytes frame) {
  const auto packet = parse_frame(frame);
  const auto* question = packet ? std::get_if<Datagram>(&*packet) : nullptr;
  if (question == nullptr || question->target_port != dhcp_server_port || question->payload.empty())
    return std::nullopt;
  Reader in{question->payload};
  in.u32();
  const auto xid = in.u32();
  const auto asked = asked_in(*question, xid, question->source_mac);
  if (!asked || !asked->type) return std::nullopt;
  const bool discovers = asked->type == DhcpType::discover;
  if (!discovers && (asked->type != DhcpType::request || asked->address(option::server) != router))
    return std::nullopt;
  const auto next =
      Ipv4{(router.value & netmask.value) + first_lent + static_cast<std::uint32_t>(lent_.size())};
  const auto address = lent_.try_emplace(question->source_mac, next).first->second;

  Options options;
  options.add(discovers ? DhcpType::offer : DhcpType::ack)
      .add(option::server, router)
      .add(option::mask, netmask);
  options.add(option::router, router).add(option::lease, {0, 1, 0x51, 0x80});
  auto payload =
      emit(DhcpRequest{.xid = xid, .mac = question->source_mac, .options = options.end(), .pad_to = 300});
  payload[0] = 2;
  for (std::size_t i = 0; i < 4; ++i)
    payload[16 + i] = static_cast<std::uint8_t>(address.value >> (24 - 8 * i));
  return emit(
      Datagram{router_mac, broadcast_mac, router, broadcast_ip, dhcp_server_port, dhcp_client_port, payload},
      IpHabits{});
}

}  // namespace rootstock::fleet
