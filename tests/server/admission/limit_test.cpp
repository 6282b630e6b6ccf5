#include "server/admission/limit.hpp"

#include "server/admission/forecast.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t million = 1'000'000;

/// A wire that carries so much, and boards that take what they get.
struct Wire {
  Limit limit;
  double carries;         ///< bytes per second
  double a_board_takes;   ///< at most, while it loads
  double loads_part = 1;  ///< of the time that it has a place
  Moment now{std::chrono::hours{1}};

  /// As many boards as there are places, for so long.
  void is_full_for(std::chrono::seconds time) {
    for (int half = 0; half < 2 * time.count(); ++half) {
      now += 500ms;
      const auto loading = static_cast<double>(limit.at_once()) * loads_part;
      const auto each = std::min(a_board_takes, carries / loading);
      if (half % 2 == 0) limit.on_file(limit.largest(), static_cast<double>(limit.largest()) / each, now);
      limit.measure(0.5, static_cast<std::uint64_t>(each * loading / 2), true, now);
    }
  }
};

Limit gigabit(std::uint64_t largest) {
  Limit limit{Bandwidth::of(0, 1000 * million)};
  limit.set_largest(largest);
  return limit;
}

}  // namespace

TEST_CASE("each board gets enough to have its largest file in half of the time that its firmware gives") {
  struct Case {
    std::uint64_t settings, link, largest;
    std::size_t boards;
  };
  const auto [settings, link, largest, boards] = GENERATE(values<Case>({
      {0, 1000 * million, 30 * million, 58},  // a Pi 5 on its own link, a kernel as it is
      {0, 0, 30 * million, 58},               // a link that does not say
      {0, 100 * million, 30 * million, 5},
      {0, 10 * million, 30 * million, 4},  // never fewer
      {200 * million, 1000 * million, 30 * million, 12},
      {0, 1000 * million, 60 * million, 29},
  }));
  Limit limit{Bandwidth::of(settings, link)};
  limit.set_largest(largest);
  CHECK(limit.at_once() == boards);
  CHECK_FALSE(limit.why().empty());
}

TEST_CASE("a wire that carries less than its link says is found out") {
  Wire wire{gigabit(30 * million), 30e6, 10e6};
  wire.is_full_for(20s);
  CHECK(wire.limit.at_once() >= 10);
  CHECK(wire.limit.at_once() <= 18);  // 15 get just what they need
  CHECK(wire.limit.why().find("came through") != std::string::npos);
}

TEST_CASE("boards that do not load all the time make room for others") {
  Wire wire{gigabit(30 * million), 117.5e6, 4e6, 0.25};
  wire.is_full_for(40s);
  CHECK(wire.limit.at_once() > 100);
}

TEST_CASE("a full wire stays at its limit") {
  Wire wire{gigabit(30 * million), 117.5e6, 10e6};
  wire.is_full_for(60s);
  CHECK(wire.limit.at_once() >= 50);
  CHECK(wire.limit.at_once() <= 66);
}

TEST_CASE("a wire that is fast again is noticed") {
  Wire wire{gigabit(30 * million), 20e6, 10e6};
  wire.is_full_for(30s);
  const auto slow = wire.limit.at_once();
  wire.carries = 117.5e6;
  wire.is_full_for(120s);
  CHECK(wire.limit.at_once() > 2 * slow);
}

TEST_CASE("what the settings give is not exceeded, however much is seen to pass") {
  Limit limit{Bandwidth::of(80 * million, 1000 * million)};
  for (int i = 0; i < 100; ++i) limit.measure(0.5, 50 * million, false, Moment{std::chrono::hours{1}});
  CHECK(limit.bytes_per_second() == 10e6);
}

TEST_CASE("a turn comes when older boots have had their bytes") {
  const Moment start{std::chrono::hours{1}};
  Admission admission;
  admission.set_limit(4);
  for (int key = 1; key <= 4; ++key) admission.on_load(key, start, start);
  for (int key = 5; key <= 30; ++key) admission.ask(key, Gate::dhcp, start + key * 1s, start);
  Forecast forecast;
  forecast.set_usual(10 * million);
  const auto places = forecast.places(admission, 1e6);
  REQUIRE(places.size() == 26);
  CHECK(places.front().first == 5);
  CHECK(places.front().second.about == 20s);  // half of what four boards need
  CHECK(places.back().second.position == 26);
  CHECK(places.back().second.about == 270s);
}
