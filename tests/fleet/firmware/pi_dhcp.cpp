#include "tests/fleet/firmware/pi_dhcp.hpp"

#include <fmt/format.h>

#include <array>

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view pxe_class = "PXEClient:Arch:00000:UNDI:002001";
constexpr std::uint32_t rom_xid = 0x26f30339;  // NETBOOT-FACTS 1.2: never another

/// fourcc, board revision, the last four bytes of the MAC, the serial: 16 bytes, or what DHCP_OPTION97=0
/// makes of it.
std::vector<std::uint8_t> eeprom_identity(const BoardSpec& board) {
  std::vector<std::uint8_t> value{0};
  Writer out{value};
  if (board.option97_zero) {
    for (int i = 0; i < 4; ++i) out.le32(board.serial);
    return value;
  }
  const bool five = board.persona == Persona::pi5;
  std::string fourcc = five ? "RPi5" : "RPi4";
  if (board.fourcc_reversed) fourcc.assign(fourcc.rbegin(), fourcc.rend());
  constexpr std::uint32_t revision_4b = 0xc03114, revision_5b = 0xd04170;
  out.text(fourcc).le32(five ? revision_5b : revision_4b);
  out.bytes(Bytes{board.mac.bytes}.subspan(2)).le32(board.serial);
  return value;
}

/// Of the 3B's ROM all 0x44; of the 3B+ and of bootcode.bin the serial, four times.
std::vector<std::uint8_t> rom_identity(const BoardSpec& board, bool bootcode) {
  std::vector<std::uint8_t> value{0};
  Writer out{value};
  const bool has_serial = bootcode || board.persona == Persona::pi3plus;
  for (int i = 0; i < 4; ++i) out.le32(has_serial ? board.serial : 0x44444444);
  return value;
}

bool same_class_prefix(const DhcpReply& reply) {
  return !reply.has(option::vendor_class) || reply.text(option::vendor_class).starts_with("PXEClient");
}

bool menu_found(const DhcpReply& reply, std::string_view text) {
  const auto found = reply.options.find(option::vendor);
  return found != reply.options.end() && same_class_prefix(reply) && menu_names(found->second, text);
}

void hear_address(const DhcpReply& reply, PiOffers& offers) {
  if (reply.yiaddr.unset()) return;
  offers.address = reply.yiaddr;
  offers.server_id = reply.address(option::server).value_or(offers.server_id);
  if (const auto mask = reply.address(option::mask)) offers.mask = *mask;
  // Exactly four bytes: a list of routers is ignored.
  if (const auto router = reply.address(option::router)) offers.router = *router;
}

void settle(Machine& machine, const PiOffers& offers) {
  machine.address = offers.address;
  machine.mask = offers.mask;
  machine.router = offers.router;
  machine.note(fmt::format("address {} by DHCP, TFTP server {}", offers.address.text(), offers.tftp.text()));
}

}  // namespace

std::optional<Ipv4> tftp_server_text(std::string_view text) {
  while (!text.empty() && (text.back() == '\0' || text.back() == ' ')) text.remove_suffix(1);
  return text.size() >= 7 && text.size() <= 15 ? Ipv4::parse(text) : std::nullopt;
}

bool menu_names(Bytes option43, std::string_view text) {
  constexpr std::uint8_t boot_menu = 9, end = 255;
  constexpr std::size_t text_offset = 3;
  Reader in{option43};
  while (in.ok() && !in.rest().empty()) {
    const auto code = in.u8();
    if (code == end) break;
    const auto value = in.take(in.u8());
    if (code != boot_menu || value.size() <= 4) continue;
    if (text_of(value.subspan(text_offset)).find(text) != std::string::npos) return true;
  }
  return false;
}

void hear_eeprom(const DhcpReply& reply, std::string_view option43_text, PiOffers& offers) {
  if (reply.type != DhcpType::offer) return;
  hear_address(reply, offers);
  if (const auto named = tftp_server_text(reply.text(option::tftp_name)))
    offers.tftp = *named;
  else if (offers.tftp.unset() && menu_found(reply, option43_text))
    offers.tftp = reply.siaddr.unset() ? reply.source : reply.siaddr;
}

void hear_rom(const DhcpReply& reply, std::string_view option43_text, PiOffers& offers) {
  // linux#1638: what a relay has touched is not taken.
  if (reply.type != DhcpType::offer || reply.hops != 0 || !reply.giaddr.unset()) return;
  hear_address(reply, offers);
  if (menu_found(reply, option43_text)) offers.tftp = reply.source;
}

std::vector<std::uint8_t> eeprom_discover(const BoardSpec& board, std::uint32_t xid) {
  Options options;
  options.add(DhcpType::discover);
  options.add(option::prl, {1, 3, 43, 60, 66, 67, 128, 129, 130, 131, 132, 133, 134, 135});
  if (!board.options_of_2019) options.add(option::vendor_class, pxe_class);
  options.add(option::arch, {0, 0}).add(option::undi, {1, 2, 1}).add(option::uuid, eeprom_identity(board));
  if (board.options_of_2019) options.add(option::vendor_class, pxe_class);
  return emit(DhcpRequest{.xid = xid, .mac = board.mac, .options = options.end()});
}

std::vector<std::uint8_t> eeprom_request(const BoardSpec& board, std::uint32_t xid, const PiOffers& offers) {
  Options options;
  options.add(DhcpType::request).add(option::requested, offers.address).add(option::server, offers.server_id);
  if (!board.request_without_60) options.add(option::vendor_class, pxe_class);
  options.add(option::uuid, eeprom_identity(board));
  return emit(
      DhcpRequest{.xid = xid, .siaddr = offers.server_id, .mac = board.mac, .options = options.end()});
}

std::vector<std::uint8_t> rom_discover(const BoardSpec& board, bool bootcode) {
  std::vector<std::uint8_t> wanted{43, 60, 67, 128, 129, 130, 131, 132, 133, 134, 135, 66};
  if (bootcode || board.persona == Persona::pi3plus) wanted.insert(wanted.end(), {1, 3});
  Options options;
  options.add(DhcpType::discover).add(option::prl, wanted).add(option::arch, {0, 0});
  options.add(option::undi, {1, 2, 1}).add(option::uuid, rom_identity(board, bootcode));
  options.add(option::vendor_class, pxe_class);
  return emit(DhcpRequest{.xid = rom_xid, .mac = board.mac, .options = options.end()});
}

Task<std::optional<PiOffers>> eeprom_dhcp(Machine& machine) {
  constexpr Tick longest_pause = 32s, patience = 45s;
  const auto xid = static_cast<std::uint32_t>(machine.random());
  const auto give_up = machine.now() + patience;
  // DHCP_REQ_TIMEOUT's 4 s are doubled before their first use: 0, 8, 24 s.
  Tick pause = 4s;
  PiOffers offers;
  machine.reset_stack();
  machine.habits = IpHabits{.ttl = 64};
  while (!offers.complete() && machine.now() < give_up) {
    if (pause > 4s) ++machine.progress.retries;
    ++machine.progress.dhcp_sent;
    machine.broadcast(dhcp_client_port, dhcp_server_port, eeprom_discover(machine.spec, xid));
    pause = std::min(2 * pause, longest_pause);
    for (const auto until = std::min(machine.now() + pause, give_up);
         machine.now() < until && !offers.complete();) {
      auto event = co_await machine.next(until);
      const auto* datagram = std::get_if<Datagram>(&event);
      if (const auto reply = datagram ? reply_in(*datagram, xid, machine.spec.mac, false) : std::nullopt)
        hear_eeprom(*reply, machine.spec.option43_text, offers);
    }
  }
  if (!offers.complete()) co_return std::nullopt;
  // Sent once. Its answer is not awaited, and a NAK not heard (eeprom#376).
  ++machine.progress.dhcp_sent;
  machine.broadcast(dhcp_client_port, dhcp_server_port, eeprom_request(machine.spec, xid, offers));
  for (bool acked = !machine.spec.wait_ack; !acked;) {
    auto event = co_await machine.next(give_up);
    const auto* datagram = std::get_if<Datagram>(&event);
    const auto reply = datagram ? reply_in(*datagram, xid, machine.spec.mac, false) : std::nullopt;
    acked = reply && reply->type == DhcpType::ack;
    if (machine.now() >= give_up) co_return std::nullopt;
  }
  settle(machine, offers);
  co_return offers;
}

Task<std::optional<PiOffers>> rom_dhcp(Machine& machine, bool bootcode) {
  const int attempts = bootcode ? 12 : 5;
  constexpr Tick pause = 5s, too_fast = 3ms;
  // Only the 3B's ROM insists on the three spaces.
  const bool first_rom = !bootcode && machine.spec.persona == Persona::pi3rom;
  const std::string_view text = first_rom ? "Raspberry Pi Boot   " : "Raspberry Pi Boot";
  PiOffers offers;
  machine.reset_stack();
  machine.habits = IpHabits{.ttl = 128, .udp_checksum = false};
  machine.deaf_after_send = too_fast;
  for (int i = 0; i < attempts && !offers.complete(); ++i) {
    if (i > 0) ++machine.progress.retries;
    ++machine.progress.dhcp_sent;
    machine.broadcast(dhcp_client_port, dhcp_server_port, rom_discover(machine.spec, bootcode));
    for (const auto until = machine.now() + pause; machine.now() < until && !offers.complete();) {
      auto event = co_await machine.next(until);
      const auto* datagram = std::get_if<Datagram>(&event);
      if (const auto reply = datagram ? reply_in(*datagram, rom_xid, machine.spec.mac, false) : std::nullopt)
        hear_rom(*reply, text, offers);
    }
  }
  machine.deaf_after_send = {};
  if (!offers.complete()) co_return std::nullopt;
  if (!bootcode) offers.router = Ipv4{};  // the ROM ignores it
  settle(machine, offers);
  co_return offers;
}

}  // namespace rootstock::fleet
