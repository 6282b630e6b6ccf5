// What the cluster's interface does with what waits to be sent.
#include <sched.h>

#include "rootfs/process.hpp"
#include "server/host/check.hpp"
#include "server/links/queueing.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace rootstock::server;

TEST_CASE("a plain queue is told, with what to do") {
  for (const auto& kinds : {std::vector<std::string>{"pfifo_fast"}, {"mq", "pfifo_fast"}, {"htb", "pfifo"}}) {
    const auto finding = judge_queues("eth1", kinds);
    REQUIRE(finding);
    CHECK(finding->severity == Severity::warning);
    CHECK(finding->what.find(kinds.back()) != std::string::npos);
    CHECK(finding->hint.find("tc qdisc replace dev eth1 root fq_codel") == 0);
  }
}

TEST_CASE("a queue that shares, or none, is no finding") {
  for (const auto& kinds : {std::vector<std::string>{},
                            {"noqueue"},
                            {"fq_codel"},
                            {"mq", "fq_codel", "fq_codel"},
                            {"cake"},
                            {"noop"}})
    CHECK_FALSE(judge_queues("eth1", kinds));
}

TEST_CASE("the kernel tells how an interface queues", "[link]") {
  if (!tests::is_root()) return;
  CHECK(test::in_child([]() -> std::string {
          if (::unshare(CLONE_NEWNET) != 0) return "no network namespace";
          static_cast<void>(
              rootfs::run({"sh", "-c",
                           "ip link add name usb0 type veth peer name far0; ip link set dev usb0 up; "
                           "ip link set dev far0 up; tc qdisc replace dev far0 root pfifo"}));
          if (queues_of("usb0") != std::vector<std::string>{"noqueue"}) return "usb0";
          if (queues_of("far0") != std::vector<std::string>{"pfifo"}) return "far0";
          return queues_of("usb1").empty() ? "well" : "one that is not there";
        }) == "well");
}
