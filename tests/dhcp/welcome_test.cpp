// How a board is received decides whether it is answered, and for how long.
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;
using How = Welcome::How;

namespace {

const auto mac = "02:00:00:00:00:01"_mac;

}  // namespace

TEST_CASE("who is refused or held hears nothing, with words why") {
  Lab lab;
  const auto how = GENERATE(How::refused, How::held);
  lab.seating.receives(mac, {.how = how, .why = "not now"});
  for (const auto& message :
       {Lab::discover(mac), Lab::selects(mac, "10.0.0.10"_ip), Lab::renews(mac, "10.0.0.10"_ip)}) {
    const auto outcome = lab.hears(message);
    CHECK_FALSE(outcome.reply);
    CHECK_FALSE(outcome.lease);
    CHECK(outcome.why == "not now");
    CHECK(outcome.welcome.how == how);
  }
  CHECK_FALSE(lab.leases.address_of(mac));
}

TEST_CASE("who is parked has an address for a while, and keeps it from nobody after that") {
  Lab lab({"10.0.0.10"_ip, "10.0.0.10"_ip});
  lab.seating.receives(mac, {.how = How::parked, .name = "waits", .lease = 2min});
  const auto offer = lab.hears(Lab::discover(mac));
  const auto ack = lab.hears(Lab::selects(mac, offer.address));
  CHECK(Reader{*ack.reply->options.find(Code::lease_time)}.u32() == 120);
  CHECK(ack.reply->options.text(Code::host_name) == "waits");
  CHECK_FALSE(ack.lease->seated);
  const auto other = "02:00:00:00:00:02"_mac;
  CHECK(lab.joins(other).unset());
  lab.passes(3min);
  CHECK(lab.joins(other) == "10.0.0.10"_ip);
}

TEST_CASE("a seat's own address is offered, whatever the board wishes") {
  Lab lab;
  lab.leases.reserve("10.0.0.77"_ip);
  lab.seating.receives(mac, {.how = How::seated, .name = "red", .address = "10.0.0.77"_ip});
  auto wishes = Lab::discover(mac);
  wishes.options.set(Code::requested_ip, "10.0.0.15"_ip);
  CHECK(lab.hears(wishes).address == "10.0.0.77"_ip);
  CHECK(lab.hears(Lab::reboots(mac, "10.0.0.15"_ip)).answered == "NAK");
  CHECK(lab.joins(mac) == "10.0.0.77"_ip);
}
