// What answers say, and where they go.
#include "dhcp/responder.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

const auto node7 = "02:00:00:00:00:07"_mac;
constexpr auto bios = "PXEClient:Arch:00000:UNDI:002001";

}  // namespace

TEST_CASE("what an OFFER says") {
  Lab lab;
  lab.network.router = "10.0.0.254"_ip;
  lab.network.dns = {"10.0.0.1"_ip, "10.0.0.2"_ip};
  Responder responder{lab.network, lab.leases, lab.seating};
  const auto offer = responder.answer(Lab::discover(node7), lab.now);
  REQUIRE(offer.reply);
  const auto& o = offer.reply->options;
  CHECK(offer.reply->op == boot_reply);
  CHECK(offer.reply->xid == 0x1234);
  CHECK(offer.reply->mac() == node7);
  CHECK(offer.reply->next_server == Lab::head);
  CHECK(o.address(Code::server_id) == Lab::head);
  CHECK(o.text(Code::tftp_server) == "10.0.0.1");
  CHECK(o.address(Code::subnet_mask) == "255.255.255.0"_ip);
  CHECK(o.address(Code::broadcast_address) == "10.0.0.255"_ip);
  CHECK(o.address(Code::router) == "10.0.0.254"_ip);
  CHECK(o.find(Code::dns)->size() == 8);
  CHECK(o.text(Code::domain_name) == "cluster");
  CHECK(o.u32(Code::lease_time) == 3600);
  CHECK(o.u32(Code::renewal_time) == 1800);
  CHECK(o.u32(Code::rebinding_time) == 3150);
  CHECK_FALSE(o.has(Code::boot_file));
  CHECK_FALSE(o.has(Code::vendor_class));
}

TEST_CASE("where an answer goes (RFC 2131 4.1)") {
  Lab lab;
  auto question = Lab::discover(node7);
  const auto quiet = lab.hears(question);
  CHECK(quiet.to.route == Route::hardware);  // it has no address yet and answers no ARP
  CHECK(quiet.to.address == "10.0.0.10"_ip);
  CHECK(quiet.to.mac == node7);
  question.client_ip = "192.0.2.9"_ip;  // an offer goes to no address that the client claims
  CHECK(lab.hears(question).to.route == Route::hardware);
  question.client_ip = {};
  question.flags = broadcast_flag;
  CHECK(lab.hears(question).to.route == Route::broadcast);
  CHECK(lab.hears(question).reply->flags == broadcast_flag);
  question.relay = "10.0.0.5"_ip;
  const auto relayed = lab.hears(question);
  CHECK(relayed.to.route == Route::relay);
  CHECK(relayed.to.address == "10.0.0.5"_ip);
  CHECK(relayed.reply->relay == "10.0.0.5"_ip);
}

TEST_CASE("a relay broadcasts a NAK, and a relay of another network is told nothing") {
  Lab lab;
  auto request = Lab::reboots(node7, "192.168.1.5"_ip);
  request.relay = "10.0.0.5"_ip;
  const auto nak = lab.hears(request);
  CHECK(nak.to.route == Route::relay);
  CHECK(nak.reply->broadcast());
  auto discover = Lab::discover(node7);
  discover.relay = "172.16.0.1"_ip;
  const auto foreign = lab.hears(discover);
  CHECK_FALSE(foreign.reply);
  CHECK(foreign.why == "relayed from 172.16.0.1, but this head serves 10.0.0.0/24 only");
  for (const auto no_relay : {Lab::head, "10.0.0.255"_ip, "10.0.0.0"_ip}) {
    discover.relay = no_relay;
    CHECK_FALSE(lab.hears(discover).reply);
  }
}

TEST_CASE("who gets the address of a board that answers no ARP is pinned as well") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.10"_ip}};
  const auto pi = lab.hears(Lab::as(bios, 0, Lab::discover("b8:27:eb:00:00:07"_mac)));
  CHECK(pi.board.dialect == Dialect::pi3);
  REQUIRE(pi.pin);
  lab.leases.decline(pi.address, lab.now, lab.now);
  const auto next = lab.hears(Lab::discover(node7));
  CHECK(next.address == pi.address);
  REQUIRE(next.pin);
  CHECK(next.pin->mac == node7);
  CHECK_FALSE(Lab{}.hears(Lab::discover(node7)).pin);
}

TEST_CASE("an OFFER that is a lease lasts until the board's kernel asks") {
  Lab lab;
  lab.network.lease_time = 60s;
  Responder responder{lab.network, lab.leases, lab.seating};
  const auto offer = responder.answer(Lab::as(bios, 0, Lab::discover("b8:27:eb:00:00:07"_mac)), lab.now);
  REQUIRE(offer.lease);
  CHECK(offer.lease->until == lab.now + 10min);
  CHECK(offer.lease->mac == "b8:27:eb:00:00:07"_mac);
  CHECK(offer.lease->address == offer.reply->your_ip);
}

TEST_CASE("61, 97 and 82 come back unchanged; 60 does not") {
  Lab lab;
  auto question = Lab::as(bios, 0, Lab::discover(node7));
  question.options.set(Code::client_id, hex("ff 01 02"));
  question.options.set(Code::client_uuid, hex("00 01 02 03"));
  question.options.set(Code::relay_agent, hex("01 02 68 69"));
  const auto reply = lab.hears(question).reply.value();
  for (const auto code : {Code::client_id, Code::client_uuid, Code::relay_agent})
    CHECK(std::ranges::equal(*reply.options.find(code), *question.options.find(code)));
  CHECK_FALSE(reply.options.has(Code::vendor_class));
}

TEST_CASE("a firmware's words reach the log in one piece") {
  Lab lab;
  const auto odd = Lab::as("Acme\n\xff\x1b[2J" + std::string(200, 'x'), 99, Lab::discover(node7));
  CHECK(lab.hears(odd).why == "no boot file for firmware 'Acme???[2J" + std::string(70, 'x') +
                                  "' (architecture 99): an address only");
}

TEST_CASE("an answer keeps to the size the client takes") {
  Lab lab;
  lab.network.domain = std::string(250, 'd');
  lab.network.dns = std::vector<Ipv4>(12, Lab::head);
  Responder responder{lab.network, lab.leases, lab.seating};
  const auto size_for = [&](std::string_view max_size) {
    auto question = Lab::as(bios, 0, Lab::discover(node7));
    if (!max_size.empty()) question.options.set(Code::max_size, hex(max_size));
    question.options.set(Code::relay_agent, std::string(60, 'r'));
    const auto reply = responder.answer(question, lab.now).reply.value();
    CHECK(reply.options.find(Code::relay_agent)->size() == 60);
    CHECK(reply.file == "undionly.kpxe");
    return wire_size(reply);
  };
  CHECK(size_for("") <= 548);        // 576 less the headers, RFC 2131 2
  CHECK(size_for("00 40") <= 548);   // no client may ask for less
  CHECK(size_for("05 c0") > 548);    // 1472
  CHECK(size_for("ff 00") <= 1472);  // EDK2's byte-order slip
}
