#include "server/power/knocker.hpp"

#include <chrono>
#include <thread>

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

TEST_CASE("who has an address answers each knock, without rights of ours", "[power]") {
  Knocker knocker("lo");
  for (int knock = 0; knock < 3; ++knock) {
    knocker.knock("127.0.0.1"_ip);
    std::vector<Ipv4> answers;
    // The kernel answers itself, as a rule before knock() returns; it may hold back what comes too often.
    for (int tries = 0; tries < 300 && answers.empty(); ++tries) {
      answers = knocker.answers();
      if (answers.empty()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    REQUIRE(answers.size() == 1);
    CHECK(answers.front() == "127.0.0.1"_ip);
  }
}

TEST_CASE("where nobody is, nobody answers", "[power]") {
  Knocker knocker("lo");
  knocker.knock("240.0.0.1"_ip);  // reserved (RFC 1112 4): no route leads there
  CHECK(knocker.answers().empty());
  CHECK_FALSE(knocker.is_neighbour("240.0.0.1"_ip));
}
