// Who else answers DHCP on the cluster's wire, and does the switch run a spanning tree? Asks as a board
// would, from a made-up hardware address, and listens. A running service of ours does not hear what leaves
// its own interface, so it takes no part.

#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "dhcp/socket_open.hpp"
#include "server/host/check.hpp"
#include "server/host/offers.hpp"
#include "server/links/spanning_tree.hpp"

namespace rootstock::server {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// dnsmasq asks the wire for 3 s whether an address is free before it first offers it.
constexpr std::chrono::milliseconds listening = 6s, again_after = 2s, after_an_offer = 1500ms;
/// A bridge says hello every two seconds (802.1D-2004 17.14).
constexpr auto hello = 2500ms;

/// Locally administered (IEEE 802): no maker's board has it.
Mac made_up_mac() {
  Mac mac;
  static_cast<void>(::getentropy(mac.bytes.data(), mac.bytes.size()));
  mac.bytes[0] = 0x02;
  return mac;
}

/// Hears every frame of the interface; a socket of its own, so that ports 67 and 68 may be in use.
dhcp::Descriptor open_ear(int index) {
  dhcp::Descriptor ear{::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_IP))};
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_IP);
  here.sll_ifindex = index;
  if (ear.get() >= 0 && ::bind(ear.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) < 0)
    return {};
  return ear;
}

bool is_new(const HeardOffer& offer, const std::vector<HeardOffer>& offers) {
  return std::ranges::none_of(offers, [&](const HeardOffer& known) {
    return known.mac == offer.mac && known.from == offer.from &&
           known.address.unset() == offer.address.unset();
  });
}

void read_offers(int ear, std::uint32_t xid, std::vector<HeardOffer>& offers) {
  std::array<std::uint8_t, 2048> frame{};
  for (;;) {
    const auto size = ::recv(ear, frame.data(), frame.size(), 0);
    if (size <= 0) return;
    const auto offer = parse_offer(dhcp::Bytes{frame}.first(static_cast<std::size_t>(size)), xid);
    if (offer && is_new(*offer, offers)) offers.push_back(*offer);
  }
}

std::vector<HeardOffer> ask(int ear, bool as_pxe) {
  const auto mac = made_up_mac();
  std::uint32_t xid = 0;
  static_cast<void>(::getentropy(&xid, sizeof xid));
  const auto question = discover_frame(mac, xid, as_pxe);
  std::vector<HeardOffer> offers;
  auto send_at = Clock::now(), end = send_at + listening;
  while (Clock::now() < end) {
    if (Clock::now() >= send_at) {
      static_cast<void>(::send(ear, question.data(), question.size(), 0));
      send_at += again_after;
    }
    pollfd readable{ear, POLLIN, 0};
    ::poll(&readable, 1, 100);
    const auto before = offers.size();
    read_offers(ear, xid, offers);
    if (offers.size() > before) end = std::min(end, Clock::now() + after_an_offer);
  }
  return offers;
}

/// IFF_UP: set up; IFF_RUNNING: there is somebody at the other end.
int flags_of(const std::string& interface) {
  ifreq request{};
  if (interface.size() >= sizeof request.ifr_name) return 0;
  std::ranges::copy(interface, request.ifr_name);
  const dhcp::Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  return ::ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0 ? request.ifr_flags : 0;
}

/// What came while DHCP was asked waits there; a DHCP server that is quick may have left less than a hello's
/// time.
std::optional<Bpdu> await_bridge(int ear, Clock::time_point end) {
  while (ear >= 0) {
    if (auto bpdu = next_bpdu(ear)) return bpdu;
    if (Clock::now() >= end) break;
    pollfd readable{ear, POLLIN, 0};
    ::poll(&readable, 1, 100);
  }
  return std::nullopt;
}

/// NETBOOT-FACTS 1: a port that listens and learns first eats most of the time in which firmware asks.
Finding slow_ports(const std::string& interface, const Bpdu& bpdu) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(bpdu.deaf()).count();
  return {.severity = Severity::warning,
          .what = fmt::format(
              "the switch on {} runs a spanning tree (bridge {}): after a board is switched on, its "
              "port passes nothing for {} s, and firmware may have given up by then",
              interface, bpdu.bridge.text(), seconds),
          .hint =
              "make the boards' ports edge ports (PortFast, \"admin edge\"), or switch the spanning tree off "
              "there"};
}

}  // namespace

void check_wire(const Settings& settings, Findings& found) {
  const auto& interface = settings.network.interface;
  const auto link = dhcp::find_link(interface);
  if (!link || ::geteuid() != 0) return;  // told by check_link and check_privileges
  const auto ear = open_ear(link->index);
  const dhcp::Descriptor bridge_ear{open_bridge_ear(interface)};
  const auto began = Clock::now();
  if (ear.get() < 0) return;
  const int flags = flags_of(interface);
  if ((flags & IFF_UP) == 0)
    return found.push_back({.severity = Severity::warning,
                            .what = interface + " is down, so nobody was asked for DHCP there",
                            .hint = "`ip link set " + interface + " up`, and check again"});
  if ((flags & IFF_RUNNING) == 0) return;  // told by check_link
  // As a board only where another server is wanted: a second head would take our question for a new node.
  const bool as_pxe = settings.dhcp.mode == DhcpMode::proxy;
  std::ranges::move(judge_offers(settings, link->mac, ask(ear.get(), as_pxe)), std::back_inserter(found));
  if (const auto bpdu = await_bridge(bridge_ear.get(), began + hello))
    found.push_back(slow_ports(interface, *bpdu));
}

}  // namespace rootstock::server
