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
  inform.client_ip = "10.0.0.255"_ip;  // nor to everybody
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

TEST_CASE("so is one that a board asks for without an offer, but not one that it uses") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.19"_ip}, true};
  const auto request = Lab::reboots(node7, "10.0.0.15"_ip);
  const auto held = lab.hears(request);
  CHECK(held.probe == "10.0.0.15"_ip);
  CHECK_FALSE(held.reply);
  CHECK_FALSE(held.lease);
  CHECK(lab.hears(Lab::reboots(node8, "10.0.0.15"_ip)).answered == "NAK");  // held meanwhile
  lab.leases.prove("10.0.0.15"_ip);
  CHECK(lab.hears(request).answered == "ACK");

  CHECK(lab.hears(Lab::reboots(node8, "10.0.0.16"_ip)).probe == "10.0.0.16"_ip);
  lab.leases.decline("10.0.0.16"_ip, lab.now, lab.now + decline_rest);
  CHECK(lab.hears(Lab::reboots(node8, "10.0.0.16"_ip)).answered == "NAK");

  CHECK(lab.hears(Lab::renews(node8, "10.0.0.17"_ip)).answered == "ACK");
}

TEST_CASE("an address whose lease is over is asked for again before another board gets it") {
  Lab lab{{"10.0.0.10"_ip, "10.0.0.10"_ip}, true};
  lab.hears(Lab::discover(node7));
  lab.leases.prove("10.0.0.10"_ip);
  REQUIRE(lab.joins(node7) == "10.0.0.10"_ip);
  lab.passes(3h);
  CHECK(lab.hears(Lab::reboots(node8, "10.0.0.10"_ip)).probe == "10.0.0.10"_ip);
}
