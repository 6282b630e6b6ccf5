#include "server/host/offers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "dhcp/frame.hpp"
#include "dhcp/message.hpp"

namespace rootstock::server {

namespace {

using dhcp::Code;
constexpr std::size_t ethernet_header = 14, ip_header = 20, udp_header = 8;
constexpr std::uint16_t ether_ipv4 = 0x0800, server_port = 67, client_port = 68;
constexpr std::uint8_t udp = 17;

Finding error(std::string what, std::string hint) {
  return {.severity = Severity::error, .what = std::move(what), .hint = std::move(hint)};
}

Finding warning(std::string what, std::string hint) {
  return {.severity = Severity::warning, .what = std::move(what), .hint = std::move(hint)};
}

std::string who(const HeardOffer& offer) {
  const auto behind = offer.server.unset() || offer.server == offer.from
                          ? std::string{}
                          : fmt::format(", calls itself {}", offer.server.text());
  return fmt::format("{} ({}{})", offer.from.text(), offer.mac.text(), behind);
}

Finding rival(const HeardOffer& offer, const NetworkSettings& network) {
  const auto done = offer.address.unset() ? std::string{"says what to boot (proxyDHCP)"}
                                          : fmt::format("offers {}", offer.address.text());
  const bool fits = network.subnet.contains(offer.address) && network.subnet.contains(offer.from);
  return error(fmt::format("another DHCP server is on {}: {} {}. Boards would listen to one or the other",
                           network.interface, who(offer), done),
               fmt::format("switch its DHCP off, or unplug it: is it a router on the boards' switch?{}",
                           fits ? " Or let it give the addresses: mode = \"proxy\" in [dhcp]" : ""));
}

Finding other_head(const HeardOffer& offer, const NetworkSettings& network) {
  return error(fmt::format("another machine on {} has the head's address {} and answers DHCP: {}",
                           network.interface, network.address.text(), offer.mac.text()),
               "is it a second head? Stop it, or give one of them another `address` in [network]");
}

/// eeprom#376: a Pi that has an address and a TFTP server asks no further, and our OFFER comes second.
std::optional<Finding> says_what_to_boot(const HeardOffer& offer, Ipv4 head) {
  if (offer.tftp == head.text()) return std::nullopt;  // it names us
  std::vector<std::string> said;
  if (!offer.tftp.empty()) said.push_back(fmt::format("option 66 \"{}\"", offer.tftp));
  if (!offer.file.empty()) said.push_back(fmt::format("boot file \"{}\"", offer.file));
  if (offer.menu) said.push_back("option 43");
  if (said.empty()) return std::nullopt;
  return warning(fmt::format("the DHCP server {} says itself what to boot ({}): boards may take that, before "
                             "they hear us",
                             who(offer), fmt::join(said, ", ")),
                 fmt::format("take these options out of its settings (on routers often \"network boot\" or "
                             "\"PXE\"), or let its option 66 be \"{}\"",
                             head.text()));
}

/// A node takes its address in the initramfs and renews nothing (nor do the kernel and klibc, NETBOOT-FACTS
/// 1.7).
std::optional<Finding> lends_too_short(const HeardOffer& offer) {
  constexpr std::chrono::days enough{7};
  if (!offer.lease || *offer.lease >= enough) return std::nullopt;
  return warning(
      fmt::format("the DHCP server {} lends addresses for {} h, and a node that is up renews nothing: "
                  "later its address may be given to another machine",
                  who(offer), std::chrono::duration_cast<std::chrono::hours>(*offer.lease).count()),
      "let it lend them for longer than nodes stay up, or reserve one for each board");
}

void judge_proxy(const Settings& settings, const std::vector<HeardOffer>& offers, Findings& found) {
  const auto& network = settings.network;
  int servers = 0;
  for (const auto& offer : offers) {
    if (offer.address.unset()) {
      found.push_back(rival(offer, network));
      continue;
    }
    if (++servers > 1)
      found.push_back(warning(fmt::format("more than one DHCP server gives addresses on {}: {} too",
                                          network.interface, who(offer)),
                              "switch all off but one: boards change their address from boot to boot"));
    if (!network.subnet.contains(offer.address))
      found.push_back(
          error(fmt::format("the DHCP server {} offers {}, which is outside the head's network {}",
                            who(offer), offer.address.text(), network.subnet.text()),
                "set `address` in [network] to a fixed address of that network, outside what it gives out"));
    if (offer.address == network.address)
      found.push_back(error(fmt::format("the DHCP server {} gives out the head's own address {}", who(offer),
                                        offer.address.text()),
                            "reserve that address there, or take one that it gives to nobody"));
    if (auto finding = says_what_to_boot(offer, network.address)) found.push_back(std::move(*finding));
    if (auto finding = lends_too_short(offer)) found.push_back(std::move(*finding));
  }
  if (servers == 0)
    found.push_back(
        error(fmt::format("no DHCP server answers on {}, and with mode = \"proxy\" we give no addresses",
                          network.interface),
              "switch that server on, and see that it is on the boards' switch; or set mode = \"server\" in "
              "[dhcp]"));
}

}  // namespace

std::optional<HeardOffer> parse_offer(dhcp::Bytes frame, std::uint32_t xid) {
  dhcp::Reader in{frame};
  in.take(6);
  const auto source = in.take(6);
  if (in.u16() != ether_ipv4) return std::nullopt;
  const auto version_and_words = in.u8();
  in.take(8);  // to the protocol
  if (in.u8() != udp || version_and_words != 0x45) return std::nullopt;
  in.take(2);
  const Ipv4 from{in.u32()};
  in.take(4);
  const auto from_port = in.u16(), to_port = in.u16();
  if (!in.ok() || from_port != server_port || to_port != client_port) return std::nullopt;
  if (frame.size() < ethernet_header + ip_header + udp_header) return std::nullopt;
  const auto message = dhcp::parse(frame.subspan(ethernet_header + ip_header + udp_header));
  if (!message || message->xid != xid || message->type() != dhcp::MessageType::offer) return std::nullopt;
  HeardOffer offer;
  std::ranges::copy(source, offer.mac.bytes.begin());
  offer.from = from;
  offer.server = message->options.address(Code::server_id).value_or(Ipv4{});
  offer.address = message->your_ip;
  offer.tftp = message->options.text(Code::tftp_server);
  offer.file = message->options.text(Code::boot_file);
  if (offer.file.empty()) offer.file = message->file;
  if (const auto seconds = message->options.u32(Code::lease_time))
    offer.lease = std::chrono::seconds{*seconds};
  offer.menu = message->options.has(Code::vendor_options);
  return offer;
}

std::vector<std::uint8_t> discover_frame(const Mac& mac, std::uint32_t xid, bool as_pxe) {
  dhcp::Message discover;
  discover.xid = xid;
  discover.flags = dhcp::broadcast_flag;
  discover.set_mac(mac);
  discover.options.set_u8(Code::message_type, static_cast<std::uint8_t>(dhcp::MessageType::discover));
  constexpr std::array<std::uint8_t, 6> wanted{1, 3, 43, 60, 66, 67};
  discover.options.set(Code::parameter_list, dhcp::Bytes{wanted});
  if (as_pxe) {
    constexpr std::array<std::uint8_t, 2> bios{0, 0};
    discover.options.set(Code::vendor_class, std::string_view{"PXEClient:Arch:00000:UNDI:002001"});
    discover.options.set(Code::client_arch, dhcp::Bytes{bios});
  }
  std::vector<std::uint8_t> message, frame;
  dhcp::emit(discover, message);
  dhcp::Writer header{frame};
  header.bytes(std::array<std::uint8_t, 6>{0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  header.bytes(mac.bytes);
  header.u16(ether_ipv4);
  dhcp::emit_udp_packet({Ipv4{}, client_port}, {Ipv4{0xffffffff}, server_port}, message, frame);
  return frame;
}

Findings judge_offers(const Settings& settings, const Mac& own, const std::vector<HeardOffer>& offers) {
  Findings found;
  std::vector<HeardOffer> others;
  for (const auto& offer : offers) {
    if (offer.mac == own) continue;
    if (offer.from == settings.network.address)
      found.push_back(other_head(offer, settings.network));
    else
      others.push_back(offer);
  }
  if (settings.dhcp.mode == DhcpMode::proxy)
    judge_proxy(settings, others, found);
  else
    for (const auto& offer : others) found.push_back(rival(offer, settings.network));
  return found;
}

}  // namespace rootstock::server
