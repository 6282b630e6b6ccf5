#include "dhcp/probes.hpp"

#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

const auto node7 = "02:00:00:00:00:07"_mac, node8 = "02:00:00:00:00:08"_mac,
           printer = "02:00:00:00:00:99"_mac;
constexpr Tick start{1h};

}  // namespace

TEST_CASE("a question waits its time and comes back") {
  Probes probes;
  CHECK(probes.start("10.0.0.10"_ip, Lab::discover(node7), start, start));
  CHECK(probes.start("10.0.0.11"_ip, Lab::discover(node8), start + 50ms, start + 50ms));
  CHECK(probes.deadline() == start + probe_time);
  CHECK(probes.take_due(start + 199ms).empty());
  const auto first = probes.take_due(start + 200ms);
  REQUIRE(first.size() == 1);
  CHECK(first[0].address == "10.0.0.10"_ip);
  CHECK(first[0].question.mac() == node7);
  CHECK(probes.deadline() == start + 50ms + probe_time);
  CHECK(probes.take_due(start + 1s).size() == 1);
  CHECK_FALSE(probes.deadline());
}

TEST_CASE("a repeated DISCOVER is not probed again; the newer one is answered") {
  Probes probes;
  probes.start("10.0.0.10"_ip, Lab::discover(node7), start, start);
  auto again = Lab::discover(node7);
  again.xid = 0x5678;
  CHECK_FALSE(probes.start("10.0.0.10"_ip, again, start + 100ms, start + 100ms));
  const auto due = probes.take_due(start + probe_time);
  REQUIRE(due.size() == 1);
  CHECK(due[0].question.xid == 0x5678);
}

TEST_CASE("somebody who uses the address ends the wait at once") {
  Probes probes;
  probes.start("10.0.0.10"_ip, Lab::discover(node7), start, start);
  CHECK_FALSE(probes.on_used("10.0.0.11"_ip, printer));
  CHECK_FALSE(probes.on_used("10.0.0.10"_ip, node7));  // the board itself, still up with its old address
  const auto conflict = probes.on_used("10.0.0.10"_ip, printer);
  REQUIRE(conflict);
  CHECK(conflict->question.mac() == node7);
  CHECK_FALSE(probes.on_used("10.0.0.10"_ip, printer));
  CHECK_FALSE(probes.deadline());
  CHECK(probes.count() == 0);
}

TEST_CASE("an address probed again after a conflict waits its full time") {
  Probes probes;
  probes.start("10.0.0.10"_ip, Lab::discover(node7), start, start);
  probes.on_used("10.0.0.10"_ip, printer);
  probes.start("10.0.0.10"_ip, Lab::discover(node8), start + 100ms, start + 100ms);
  CHECK(probes.take_due(start + 200ms).empty());
  CHECK(probes.take_due(start + 300ms).size() == 1);
}
