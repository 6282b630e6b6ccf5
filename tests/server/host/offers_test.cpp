#include "server/host/offers.hpp"

#include "dhcp/frame.hpp"
#include "dhcp/message.hpp"
#include "dhcp/reply.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using dhcp::Code;

namespace {

constexpr auto own = "52:54:00:00:00:01", router = "52:54:00:00:00:02";

Settings settings(DhcpMode mode) {
  Settings settings;
  settings.network.interface = "eth1";
  settings.network.address = "10.77.0.1"_ip;
  settings.network.subnet = Subnet::of(settings.network.address, 24);
  settings.dhcp.mode = mode;
  return settings;
}

HeardOffer offer(Ipv4 address = "10.77.0.100"_ip) {
  HeardOffer offer;
  offer.mac = *Mac::parse(router);
  offer.from = offer.server = "10.77.0.2"_ip;
  offer.address = address;
  return offer;
}

/// What is found, as "error: ..." and "warning: ...", with " -> hint".
std::string judged(DhcpMode mode, const std::vector<HeardOffer>& offers) {
  std::string all;
  for (const auto& finding : judge_offers(settings(mode), *Mac::parse(own), offers))
    all += (finding.severity == Severity::error ? "error: " : "warning: ") + finding.what + " -> " +
           finding.hint + "\n";
  return all;
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

std::vector<std::uint8_t> answer_frame(std::uint32_t xid, std::uint16_t from_port = 67) {
  dhcp::Message question;
  question.xid = xid;
  auto reply = dhcp::reply_to(question, dhcp::MessageType::offer, "10.77.0.2"_ip);
  reply.your_ip = "10.77.0.100"_ip;
  reply.options.set(Code::tftp_server, std::string_view{"10.77.0.3"});
  reply.options.set_u32(Code::lease_time, 3600);
  reply.file = "pxelinux.0";
  std::vector<std::uint8_t> message, frame{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x52, 0x54, 0, 0, 0, 2, 8, 0};
  dhcp::emit(reply, message);
  dhcp::emit_udp_packet({"10.77.0.9"_ip, from_port}, {Ipv4{0xffffffff}, 68}, message, frame);
  return frame;
}

}  // namespace

TEST_CASE("in mode server any other server is a fault, with its name and the way out", "[check]") {
  CHECK(judged(DhcpMode::server, {}).empty());
  const auto one = judged(DhcpMode::server, {offer()});
  CHECK(says(one, "error: another DHCP server is on eth1: 10.77.0.2 (52:54:00:00:00:02) offers 10.77.0.100"));
  CHECK(says(one, "mode = \"proxy\""));
  CHECK_FALSE(says(judged(DhcpMode::server, {offer("192.168.0.5"_ip)}), "mode = \"proxy\""));
  auto relayed = offer();
  relayed.server = "192.168.9.1"_ip;
  CHECK(says(judged(DhcpMode::server, {relayed}), "calls itself 192.168.9.1"));
  CHECK(says(judged(DhcpMode::server, {offer({})}), "proxyDHCP"));
}

TEST_CASE("our own answers are no rival, a second head is", "[check]") {
  auto ours = offer();
  ours.mac = *Mac::parse(own);
  ours.from = ours.server = "10.77.0.1"_ip;
  for (const auto mode : {DhcpMode::server, DhcpMode::proxy})
    CHECK_FALSE(says(judged(mode, {ours, offer()}), "10.77.0.1 ("));
  CHECK(judged(DhcpMode::server, {ours}).empty());
  ours.mac = *Mac::parse(router);
  CHECK(says(judged(DhcpMode::server, {ours}),
             "error: another machine on eth1 has the head's address 10.77.0.1"));
}

TEST_CASE("in mode proxy one server that gives addresses and no more is right", "[check]") {
  CHECK(judged(DhcpMode::proxy, {offer()}).empty());
  CHECK(says(judged(DhcpMode::proxy, {}), "error: no DHCP server answers on eth1"));
  CHECK(says(judged(DhcpMode::proxy, {offer({})}), "error: another DHCP server is on eth1"));
  CHECK(says(judged(DhcpMode::proxy, {offer({})}), "error: no DHCP server answers"));
  CHECK(says(judged(DhcpMode::proxy, {offer(), offer()}), "warning: more than one DHCP server"));
  CHECK(says(judged(DhcpMode::proxy, {offer("192.168.0.5"_ip)}), "error: the DHCP server 10.77.0.2"));
  CHECK(says(judged(DhcpMode::proxy, {offer("10.77.0.1"_ip)}), "gives out the head's own address"));
}

TEST_CASE("in mode proxy short leases are told, as nodes renew nothing", "[check]") {
  auto lends = offer();
  lends.lease = std::chrono::hours{12};
  CHECK(says(judged(DhcpMode::proxy, {lends}), "lends addresses for 12 h"));
  lends.lease = std::chrono::days{7};
  CHECK(judged(DhcpMode::proxy, {lends}).empty());
}

TEST_CASE("in mode proxy a server that says itself what to boot comes first", "[check]") {
  auto boots = offer();
  boots.tftp = "10.77.0.2";
  CHECK(says(judged(DhcpMode::proxy, {boots}), "warning: the DHCP server 10.77.0.2"));
  CHECK(says(judged(DhcpMode::proxy, {boots}), "option 66 \"10.77.0.2\""));
  boots.tftp.clear();
  boots.file = "pxelinux.0";
  boots.menu = true;
  CHECK(says(judged(DhcpMode::proxy, {boots}), "boot file \"pxelinux.0\", option 43"));
  boots.tftp = "10.77.0.1";  // it names us
  CHECK(judged(DhcpMode::proxy, {boots}).empty());
}

TEST_CASE("an OFFER is read out of its frame", "[check]") {
  const auto heard = parse_offer(answer_frame(77), 77);
  REQUIRE(heard);
  CHECK(heard->mac == *Mac::parse(router));
  CHECK(heard->from == "10.77.0.9"_ip);
  CHECK(heard->server == "10.77.0.2"_ip);
  CHECK(heard->address == "10.77.0.100"_ip);
  CHECK(heard->tftp == "10.77.0.3");
  CHECK(heard->file == "pxelinux.0");
  CHECK(heard->lease == std::chrono::hours{1});
  CHECK_FALSE(heard->menu);
  CHECK_FALSE(parse_offer(answer_frame(77), 78));
  CHECK_FALSE(parse_offer(answer_frame(77, 4011), 77));
  const auto frame = answer_frame(77);
  for (std::size_t size = 0; size < 14 + 28 + 240; ++size)
    CHECK_FALSE(parse_offer(dhcp::Bytes{frame}.first(size), 77));
}

TEST_CASE("the question is one that any server answers to everybody", "[check]") {
  const auto mac = "02:11:22:33:44:55"_mac;
  for (const bool as_pxe : {false, true}) {
    const auto frame = discover_frame(mac, 99, as_pxe);
    const auto message = dhcp::parse(dhcp::Bytes{frame}.subspan(14 + 28));
    REQUIRE(message);
    CHECK(message->type() == dhcp::MessageType::discover);
    CHECK(message->xid == 99);
    CHECK(message->mac() == mac);
    CHECK(message->broadcast());
    CHECK(message->options.has(Code::vendor_class) == as_pxe);
  }
}
