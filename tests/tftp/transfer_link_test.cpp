// Whole transfers over bad networks, in simulated time.
#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"

using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;

namespace {

const std::vector<Option> lock_step{{"blksize", "1468"}, {"tsize", "0"}};
const std::vector<Option> window16{{"blksize", "1468"}, {"windowsize", "16"}};
const std::vector<Option> window64{{"windowsize", "64"}};
const std::vector<Option> nothing;

}  // namespace

TEST_CASE("a file arrives whole over a good link, and no packet is sent twice") {
  const auto size = GENERATE(std::size_t{0}, 1, 511, 512, 513, 1468, 100'000, 1'000'000);
  const auto options = GENERATE(as<std::vector<Option>>{}, nothing, lock_step, window16, window64);
  const auto content = pattern(size);
  const auto story = fetch(content, options, {});
  CHECK(story.how == Ended::complete);
  CHECK(story.content == content);
  CHECK(story.packets == story.blocks);
  CHECK(story.resent == 0);
  CHECK(story.client_timeouts == 0);
}

TEST_CASE("block numbers wrap to 0: 34 MiB in blocks of 512") {
  const auto content = pattern(34 << 20);
  const auto options = GENERATE(as<std::vector<Option>>{}, nothing, window64);
  const auto story = fetch(content, options, {});
  CHECK(story.how == Ended::complete);
  CHECK(story.content == content);
  CHECK(story.packets == story.blocks);
}

TEST_CASE("the wrap survives loss") {
  const auto content = pattern(34 << 20);
  const auto story =
      fetch(content, {{"windowsize", "16"}}, {.loss = 0.002, .doubled = 0.002, .late = 0.002, .seed = 4});
  CHECK(story.content == content);
}

TEST_CASE("loss costs round trips, not the client's timer") {
  const auto seed = GENERATE(range(1u, 9u));
  const auto options = GENERATE(as<std::vector<Option>>{}, lock_step, window16);
  const auto content = pattern(1 << 20);
  const auto story = fetch(content, options, {.loss = 0.05, .seed = seed});
  CHECK(story.content == content);
  CHECK(story.client_timeouts == 0);
  CHECK(story.resent >= 30);  // the wire lost that many DATA, at the least, and the transfer knows
  CHECK(story.lasted > 50ms);
  CHECK(story.lasted <= story.took + 1s);
  // About 75 lost packets or ACKs in lock-step, 20 ms each and more when lost again. Peers need 20 s and
  // more.
  CHECK(story.took < 5s);
}

TEST_CASE("doubled packets do not double the traffic") {
  const auto seed = GENERATE(range(1u, 9u));
  const auto options = GENERATE(as<std::vector<Option>>{}, lock_step, window16);
  const auto content = pattern(1 << 20);
  const auto story = fetch(content, options, {.doubled = 0.3, .seed = seed});
  CHECK(story.content == content);
  CHECK(story.client_timeouts == 0);
  CHECK(double(story.packets) < 1.5 * double(story.blocks));  // the network alone makes it 1.3
}

TEST_CASE("packets out of order cost some, and never start an avalanche") {
  const auto seed = GENERATE(range(1u, 9u));
  const auto content = pattern(1 << 20);
  const auto story = fetch(content, window16, {.doubled = 0.02, .late = 0.02, .seed = seed});
  CHECK(story.content == content);
  CHECK(story.client_timeouts == 0);
  CHECK(double(story.packets) < 2.0 * double(story.blocks));
}

TEST_CASE("everything bad at once still ends with the right bytes") {
  const auto seed = GENERATE(range(1u, 17u));
  const auto options = GENERATE(as<std::vector<Option>>{}, lock_step, window16, window64);
  const auto content = pattern(300'000);
  const auto story = fetch(content, options, {.loss = 0.1, .doubled = 0.1, .late = 0.1, .seed = seed});
  CHECK(story.fetched);
  CHECK(story.content == content);
}
