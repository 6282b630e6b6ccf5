#include "dhcp/commit_queue.hpp"

#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

const auto node7 = "02:00:00:00:00:07"_mac, node8 = "02:00:00:00:00:08"_mac;

Outcome acknowledged(Lab& lab, const Mac& mac, std::uint32_t xid = 1) {
  const auto address = lab.hears(Lab::discover(mac)).address;
  auto request = Lab::selects(mac, address);
  request.xid = xid;
  return lab.hears(request);
}

Outcome released(Lab& lab, const Mac& mac, Ipv4 address) {
  auto release = Lab::renews(mac, address);
  release.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::release));
  return lab.hears(release);
}

}  // namespace

TEST_CASE("what arrives during a commit is the next batch") {
  Lab lab;
  CommitQueue queue;
  CHECK(queue.begin().empty());
  queue.add(acknowledged(lab, node7));
  CHECK(queue.begin().size() == 1);
  queue.add(acknowledged(lab, node8));
  CHECK(queue.begin().empty());  // one at a time
  const auto written = queue.end();
  REQUIRE(written.size() == 1);
  CHECK(written[0].board.mac == node7);
  const auto next = queue.begin();
  REQUIRE(next.size() == 1);
  CHECK(next[0].mac == node8);
  CHECK(queue.end().size() == 1);
  CHECK(queue.count() == 0);
}

TEST_CASE("a retransmitted REQUEST is written once and answered once, the newer one") {
  Lab lab;
  CommitQueue queue;
  queue.add(acknowledged(lab, node7, 1));
  queue.add(acknowledged(lab, node7, 2));
  CHECK(queue.begin().size() == 1);
  queue.add(acknowledged(lab, node7, 3));  // while it is being written
  const auto written = queue.end();
  REQUIRE(written.size() == 1);
  CHECK(written[0].reply->xid == 3);
  CHECK(queue.begin().empty());
}

TEST_CASE("a RELEASE behind an ACK is written after it, and an ACK behind that once more") {
  Lab lab;
  CommitQueue queue;
  queue.add(acknowledged(lab, node7));
  queue.begin();
  queue.add(released(lab, node7, "10.0.0.10"_ip));
  queue.add(acknowledged(lab, node7));
  queue.end();
  const auto leases = queue.begin();
  REQUIRE(leases.size() == 2);
  CHECK(leases[0].until == lab.now);
  CHECK(leases[1].until == lab.now + 1h);
}
