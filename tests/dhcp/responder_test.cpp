#include "dhcp/responder.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

const auto node7 = "02:00:00:00:00:07"_mac, node8 = "02:00:00:00:00:08"_mac;
constexpr auto bios = "PXEClient:Arch:00000:UNDI:002001";

}  // namespace

TEST_CASE("a client joins, leaves, and finds its address kept") {
  Lab lab;
  const auto offer = lab.hears(Lab::discover(node7));
  CHECK(offer.answered == "OFFER");
  CHECK(offer.address == "10.0.0.10"_ip);
  CHECK_FALSE(offer.lease);  // an offer is no promise: nothing to write
  const auto ack = lab.hears(Lab::selects(node7, "10.0.0.10"_ip));
  CHECK(ack.answered == "ACK");
  REQUIRE(ack.lease);
  CHECK(ack.lease->until == lab.now + 1h);
  CHECK_FALSE(ack.lease->seated);
  CHECK(lab.joins(node8) == "10.0.0.11"_ip);
  lab.passes(3h);  // longer than the lease
  CHECK(lab.hears(Lab::discover(node7)).address == "10.0.0.10"_ip);
}

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

TEST_CASE("RFC 2131 table 4: the fields tell the state") {
  const auto address = "10.0.0.10"_ip;
  CHECK(kind_of(Lab::selects(node7, address)) == RequestKind::selecting);
  CHECK(kind_of(Lab::reboots(node7, address)) == RequestKind::init_reboot);
  CHECK(kind_of(Lab::renews(node7, address)) == RequestKind::renewing);
  CHECK(kind_of(Lab::from(node7, MessageType::request)) == RequestKind::malformed);
}

TEST_CASE("REQUEST, in every state and with every record") {
  // Board 7 holds 10.0.0.10, board 8 holds 10.0.0.11, 10.0.0.15 is free.
  Lab lab;
  REQUIRE(lab.joins(node7) == "10.0.0.10"_ip);
  REQUIRE(lab.joins(node8) == "10.0.0.11"_ip);
  const auto stranger = "02:00:00:00:00:09"_mac;
  struct Row {
    std::string what;
    Message request;
    std::string answer;
  };
  const auto row = GENERATE_REF(values<Row>({
      {"selecting its own", Lab::selects(node7, "10.0.0.10"_ip), "ACK"},
      {"selecting another's", Lab::selects(node7, "10.0.0.11"_ip), "NAK"},
      {"selecting without a record (we restarted)", Lab::selects(stranger, "10.0.0.15"_ip), "ACK"},
      {"selecting another server", Lab::selects(node7, "10.0.0.10"_ip, "10.0.0.2"_ip), ""},
      {"rebooting with its own", Lab::reboots(node7, "10.0.0.10"_ip), "ACK"},
      {"rebooting with another's", Lab::reboots(node7, "10.0.0.11"_ip), "NAK"},
      {"rebooting with a free one that is not its own", Lab::reboots(node7, "10.0.0.15"_ip), "NAK"},
      {"rebooting from another network", Lab::reboots(node7, "192.168.1.5"_ip), "NAK"},
      {"rebooting, unknown, address free", Lab::reboots(stranger, "10.0.0.15"_ip), "ACK"},
      {"rebooting, unknown, address taken", Lab::reboots(stranger, "10.0.0.10"_ip), "NAK"},
      {"rebooting, unknown, outside the pool", Lab::reboots(stranger, "10.0.0.99"_ip), "NAK"},
      {"rebooting, unknown, the head's own", Lab::reboots(stranger, Lab::head), "NAK"},
      {"renewing its own", Lab::renews(node7, "10.0.0.10"_ip), "ACK"},
      {"renewing another's", Lab::renews(node7, "10.0.0.11"_ip), "NAK"},
      {"renewing, unknown, address free (our memory was lost)", Lab::renews(stranger, "10.0.0.15"_ip), "ACK"},
      {"renewing, unknown, address taken", Lab::renews(stranger, "10.0.0.11"_ip), "NAK"},
      {"no address and no server", Lab::from(node7, MessageType::request), ""},
  }));
  INFO(row.what);
  const auto outcome = lab.hears(row.request);
  CHECK(outcome.answered == row.answer);
  CHECK(outcome.lease.has_value() == (row.answer == "ACK"));
  CHECK_FALSE(outcome.why.empty());
  if (row.answer == "NAK") {
    CHECK(outcome.reply->your_ip.unset());
    CHECK(outcome.to.route == Route::broadcast);
    CHECK(outcome.reply->options.text(Code::message) == outcome.why);
  }
}

TEST_CASE("a renewal lengthens the lease and goes back to the client's address") {
  Lab lab;
  lab.joins(node7);
  lab.passes(30min);
  const auto ack = lab.hears(Lab::renews(node7, "10.0.0.10"_ip));
  CHECK(ack.lease->until == lab.now + 1h);
  CHECK(ack.to.route == Route::client);
  CHECK(ack.to.address == "10.0.0.10"_ip);
  CHECK(ack.reply->client_ip == "10.0.0.10"_ip);
}

TEST_CASE("choosing another server frees our offer") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.10"_ip}};
  lab.hears(Lab::discover(node7));
  CHECK(lab.joins(node8).unset());
  lab.hears(Lab::selects(node7, "10.0.0.77"_ip, "10.0.0.2"_ip));
  CHECK(lab.joins(node8) == "10.0.0.10"_ip);
}

TEST_CASE("where an answer goes (RFC 2131 4.1)") {
  Lab lab;
  auto question = Lab::discover(node7);
  const auto quiet = lab.hears(question);
  CHECK(quiet.to.route == Route::hardware);  // it has no address yet and answers no ARP
  CHECK(quiet.to.address == "10.0.0.10"_ip);
  CHECK(quiet.to.mac == node7);
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

TEST_CASE("a board is known by its MAC, whatever its client-id says") {
  Lab lab;
  auto firmware = Lab::discover(node7);
  auto system = Lab::discover(node7);
  system.options.set(Code::client_id, hex("ff 00 00 00 01 00 02"));
  CHECK(lab.hears(firmware).address == lab.hears(system).address);
}

TEST_CASE("a booting board takes a seat with its offer, and keeps its address for good") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.11"_ip}};
  const auto offer = lab.hears(Lab::as(bios, 0, Lab::discover(node7)));
  CHECK(offer.reply->file == "undionly.kpxe");
  CHECK(offer.reply->options.text(Code::boot_file) == "undionly.kpxe");
  CHECK(offer.why == "x86 BIOS: load iPXE first");
  CHECK(offer.reply->options.text(Code::host_name) == "node01");
  const auto ack = lab.hears(Lab::as(bios, 0, Lab::selects(node7, offer.address)));
  CHECK(ack.lease->seated);
  CHECK(ack.reply->options.text(Code::host_name) == "node01");
  // Its initramfs asks again, plainly: the same name and address, still a seat.
  const auto plain = lab.hears(Lab::selects(node7, lab.hears(Lab::discover(node7)).address));
  CHECK(plain.reply->options.text(Code::host_name) == "node01");
  CHECK(plain.lease->seated);
  lab.passes(1000h);
  CHECK(lab.joins(node8) == "10.0.0.11"_ip);
  CHECK(lab.joins("02:00:00:00:00:09"_mac).unset());
  CHECK(lab.joins(node7) == "10.0.0.10"_ip);
}

TEST_CASE("a full pool is said clearly") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.10"_ip}};
  lab.joins(node7);
  const auto refused = lab.hears(Lab::discover(node8));
  CHECK_FALSE(refused.reply);
  CHECK(refused.warns);
  CHECK(refused.why ==
        "no address left: all 1 of the pool 10.0.0.10-10.0.0.10 are leased, held for nodes or in use by "
        "others");
}

TEST_CASE("DECLINE: the address rests, and the loss is written") {
  Lab lab;
  lab.joins(node7);
  auto decline = Lab::selects(node7, "10.0.0.10"_ip);
  decline.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::decline));
  const auto heard = lab.hears(decline);
  CHECK_FALSE(heard.reply);
  REQUIRE(heard.lease);
  CHECK(heard.lease->until == lab.now);
  CHECK(lab.joins(node7) == "10.0.0.11"_ip);
  // One board cannot decline another's address.
  decline.set_mac(node8);
  decline.options.set(Code::requested_ip, "10.0.0.11"_ip);
  CHECK_FALSE(lab.hears(decline).lease);
  CHECK(lab.joins(node7) == "10.0.0.11"_ip);
}

TEST_CASE("RELEASE: written, silent, and only for one's own") {
  Lab lab;
  lab.joins(node7);
  auto release = Lab::renews(node7, "10.0.0.10"_ip);
  release.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::release));
  auto forged = release;
  forged.set_mac(node8);
  CHECK_FALSE(lab.hears(forged).lease);
  const auto heard = lab.hears(release);
  CHECK_FALSE(heard.reply);
  CHECK(heard.lease->until == lab.now);
}

TEST_CASE("INFORM: parameters, but no address and no lease") {
  Lab lab;
  auto inform = Lab::renews(node7, "10.0.0.200"_ip);
  inform.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::inform));
  const auto ack = lab.hears(inform);
  CHECK(ack.answered == "ACK");
  CHECK_FALSE(ack.lease);
  CHECK(ack.to.route == Route::client);
  CHECK(ack.reply->your_ip.unset());
  CHECK_FALSE(ack.reply->options.has(Code::lease_time));
  CHECK(ack.reply->options.has(Code::subnet_mask));
  inform.client_ip = "192.168.1.5"_ip;  // not to strangers
  CHECK_FALSE(lab.hears(inform).reply);
}

TEST_CASE("a server's own messages and BOOTP are not answered") {
  Lab lab;
  CHECK_FALSE(lab.hears(Lab::from(node7, MessageType::offer)).reply);
  CHECK_FALSE(lab.hears(Lab::from(node7, static_cast<MessageType>(77))).reply);
  auto bootp = Lab::discover(node7);
  bootp.options.erase(Code::message_type);
  CHECK(lab.hears(bootp).why == "BOOTP without DHCP is not served");
}

TEST_CASE("faults of messages that parse") {
  auto message = Lab::discover(node7);
  CHECK(fault_of(message).empty());
  message.op = boot_reply;
  CHECK(fault_of(message) == "not a request");
  message = Lab::discover(node7);
  message.hardware_length = 16;
  CHECK(fault_of(message) == "not from Ethernet");
  CHECK(fault_of(Lab::discover(Mac{})) == "not a board's hardware address");
  CHECK(fault_of(Lab::discover("01:00:5e:00:00:01"_mac)) == "not a board's hardware address");
}

TEST_CASE("an address new to its board is asked for on the wire first") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.11"_ip}, true};
  const auto held = lab.hears(Lab::discover(node7));
  CHECK_FALSE(held.reply);
  CHECK(held.probe == "10.0.0.10"_ip);
  // Somebody answers: another address is tried.
  lab.leases.decline("10.0.0.10"_ip, lab.now, lab.now + decline_rest);
  CHECK(lab.hears(Lab::discover(node7)).probe == "10.0.0.11"_ip);
  // Nobody answers.
  lab.leases.prove("10.0.0.11"_ip);
  CHECK(lab.hears(Lab::discover(node7)).answered == "OFFER");
  CHECK(lab.hears(Lab::selects(node7, "10.0.0.11"_ip)).answered == "ACK");
  CHECK(lab.hears(Lab::discover(node7)).answered == "OFFER");  // its own by now: not asked for again
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
