#include "dhcp/delayed.hpp"

#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr Tick start{1h};

Outcome answer_to(const Mac& mac, std::uint32_t xid, Tick heard) {
  Outcome outcome;
  outcome.board.mac = mac;
  outcome.reply = Lab::from(mac, MessageType::offer);
  outcome.reply->xid = xid;
  outcome.heard = heard;
  outcome.delay = 1s;
  return outcome;
}

bool add(Delayed& delayed, const Mac& mac, std::uint32_t xid, Tick heard) {
  auto outcome = answer_to(mac, xid, heard);
  return delayed.add(outcome);
}

const auto pi7 = "b8:27:eb:00:00:07"_mac, pi8 = "b8:27:eb:00:00:08"_mac;

}  // namespace

TEST_CASE("an answer waits from the moment its question was heard") {
  Delayed delayed;
  CHECK_FALSE(delayed.deadline());
  CHECK(add(delayed, pi7, 1, start + 100ms));
  CHECK(add(delayed, pi8, 1, start));  // it was decided later: the wire was asked about its address
  CHECK(delayed.deadline() == start + 1s);
  CHECK(delayed.take_due(start + 999ms).empty());
  const auto first = delayed.take_due(start + 1s);
  REQUIRE(first.size() == 1);
  CHECK(first[0].board.mac == pi8);
  CHECK(first[0].reply->mac() == pi8);
  CHECK(delayed.take_due(start + 2s).size() == 1);
  CHECK_FALSE(delayed.deadline());
}

TEST_CASE("a board has one answer on its way") {
  Delayed delayed;
  add(delayed, pi7, 1, start);
  SECTION("the same question again does not put it off") {
    add(delayed, pi7, 1, start + 500ms);
    CHECK(delayed.deadline() == start + 1s);
  }
  SECTION("another question has its own time") {
    add(delayed, pi7, 2, start + 500ms);
    CHECK(delayed.deadline() == start + 1500ms);
  }
  CHECK(delayed.count() == 1);
  CHECK(delayed.take_due(start + 2s).size() == 1);
  CHECK(delayed.count() == 0);
}

TEST_CASE("as many wait as there is room for, and none after the end") {
  Delayed delayed{2};
  CHECK(add(delayed, pi7, 1, start));
  CHECK(add(delayed, pi8, 1, start));
  auto third = answer_to("b8:27:eb:00:00:09"_mac, 1, start);
  CHECK_FALSE(delayed.add(third));
  CHECK(third.reply);  // still there to be sent at once
  CHECK(add(delayed, pi7, 2, start));
  delayed.clear();
  CHECK(delayed.take_due(start + 1h).empty());
  CHECK(add(delayed, pi7, 1, start));
}
