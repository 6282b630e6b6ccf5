#include "rootfs/restart_policy.hpp"

#include <vector>

#include "tests/support/catch.hpp"

using rootstock::rootfs::RestartPolicy;
using namespace std::chrono_literals;

namespace {

const RestartPolicy::Time noon{12h};

}  // namespace

TEST_CASE("a program that keeps ending early waits longer each time, up to a limit", "[restart]") {
  RestartPolicy policy;
  std::vector<RestartPolicy::Delay> delays;
  for (int i = 0; i < 10; ++i) delays.push_back(policy.after(noon, noon + 1s));
  CHECK(delays == std::vector<RestartPolicy::Delay>{100ms, 200ms, 400ms, 800ms, 1600ms, 3200ms, 6400ms,
                                                    12800ms, 15s, 15s});
}

TEST_CASE("one that ran steadily starts again at once", "[restart]") {
  RestartPolicy policy;
  for (int i = 0; i < 5; ++i) policy.after(noon, noon + 1s);
  CHECK(policy.after(noon, noon + 30s) == 100ms);
  CHECK(policy.early_ends() == 0);
  CHECK(policy.after(noon, noon + 29s) == 100ms);
  CHECK(policy.after(noon, noon + 29s) == 200ms);
}

TEST_CASE("the wait stays within its limit for ever", "[restart]") {
  RestartPolicy policy;
  for (int i = 0; i < 10'000; ++i) CHECK(policy.after(noon, noon) <= RestartPolicy::longest);
}
