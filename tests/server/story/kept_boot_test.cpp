#include "server/story/kept_boot.hpp"

#include <cmath>

#include "server/story/boot_record.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

const BootName kernel{BootPart::kernel, "compute", 3, ""}, initramfs{BootPart::initramfs, "compute", 3, ""};
const Clocks start{Time{480'000h}, Moment{720h}};

Clocks later(Moment::duration by) {
  return {start.wall + std::chrono::duration_cast<Time::duration>(by), start.moment + by};
}

/// The same time of day in a process whose steady clock began elsewhere.
Clocks in_the_next_run(Moment::duration by) { return {later(by).wall, Moment{5min}}; }

BootRecord boot_up_to_initramfs() {
  BootRecord boot;
  dhcp::Board board;
  board.dialect = dhcp::Dialect::pi4;
  boot.on_dhcp({board, "DISCOVER", "OFFER", "10.77.0.17"_ip, "", ""}, start.moment);
  boot.on_dhcp({board, "REQUEST", "ACK", "10.77.0.17"_ip, "", ""}, start.moment);
  boot.on_promised("compute/3");
  boot.on_missing({BootPart::device_tree, "", 0, "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb"},
                  start.moment + 1s);
  boot.on_fetch(kernel, start.moment + 2s);
  boot.on_bytes(9'000'000);
  boot.on_fetched(kernel, 9'000'000, true, start.moment + 5s, {3, 6000, 12});
  boot.on_fetch(initramfs, start.moment + 6s);
  boot.on_fetched(initramfs, 8'000'000, true, start.moment + 9s);
  return boot;
}

}  // namespace

TEST_CASE("a boot under way goes on in the next run of the head") {
  const auto text = to_text(boot_up_to_initramfs().data(), {Fault::under_way, "boots", ""}, later(10s));
  const auto now = in_the_next_run(14s);
  auto kept = boot_in(text, now);
  REQUIRE(kept);
  auto boot = BootRecord::restored(*kept);
  CHECK(boot.watched());
  CHECK(boot.generation() == "compute/3");
  CHECK(boot.stage() == Stage::initramfs);
  CHECK_FALSE(boot.overlay_refusal(now.moment));
  CHECK(boot.overlay_refusal(now.moment + 16min));
  CHECK(std::chrono::abs(boot.started() - (now.moment - 14s)) < 1ms);
  CHECK(boot.bytes() == 9'000'000);
  CHECK(boot.data().files.missing.size() == 1);
  CHECK(boot.data().files.last.words == "the initramfs");
  CHECK(boot.data().files.resent == 12);
  CHECK(boot.events().size() == boot_up_to_initramfs().events().size());

  dhcp::Board board;  // its initramfs asks: still the same boot
  boot.on_dhcp({board, "DISCOVER", "OFFER", "10.77.0.17"_ip, "", ""}, now.moment + 1s);
  CHECK(boot.stage() == Stage::initramfs);
  board.dialect = dhcp::Dialect::pi4;  // its firmware asks: another one
  boot.on_dhcp({board, "DISCOVER", "OFFER", "10.77.0.17"_ip, "", ""}, now.moment + 2s);
  CHECK(boot.overlay_refusal(now.moment + 2s));
}

TEST_CASE("an overlay is given once, also when the head was restarted after it") {
  auto boot = boot_up_to_initramfs();
  boot.on_up({"compute/3", "6.1", 20}, start.moment + 30s);
  const auto kept = boot_in(to_text(boot.data(), {}, later(31s)), in_the_next_run(40s));
  REQUIRE(kept);
  CHECK(BootRecord::restored(*kept).overlay_refusal(Moment{5min}));
}

TEST_CASE("a clock that was set between two runs of the head") {
  const auto text = to_text(boot_up_to_initramfs().data(), {}, later(10s));
  SECTION("back: nobody knows how long ago that boot was") {
    CHECK_FALSE(boot_in(text, {start.wall - 1h, Moment{5min}}));
  }
  SECTION("back by a hair: slewed") {
    const auto kept = boot_in(text, in_the_next_run(8s));
    REQUIRE(kept);
    CHECK(kept->heard <= Moment{5min});
  }
  SECTION("forward: the boot is an old one") {
    const auto kept = boot_in(text, in_the_next_run(5h));
    REQUIRE(kept);
    CHECK(BootRecord::restored(*kept).overlay_refusal(Moment{5min}));
  }
}

TEST_CASE("a clock that was set while the head's machine ran on") {
  const auto text = to_text(boot_up_to_initramfs().data(), {}, later(10s), "this start");
  const auto set_by = GENERATE(-48h, 0h, 48h);
  const Clocks now{later(14s).wall + set_by, later(14s).moment};
  SECTION("the worker knows how long ago all was") {
    const auto kept = boot_in(text, now, "this start");
    REQUIRE(kept);
    CHECK(std::chrono::abs(kept->started - start.moment) < 1ms);
    CHECK_FALSE(BootRecord::restored(*kept).overlay_refusal(now.moment));
  }
  SECTION("of another start of the machine it does not") {
    const auto kept = boot_in(text, now, "another start");
    CHECK(kept.has_value() == (set_by >= 0h));
  }
}

TEST_CASE("a clock that was set in the middle of a boot moves all of its story") {
  const auto boot = boot_up_to_initramfs();
  auto now = later(20s);
  now.wall += 48h;
  for (const auto& story : {told(boot.data(), {}, now), told_in(to_text(boot.data(), {}, now), now.wall)}) {
    REQUIRE_FALSE(story.events.empty());
    CHECK(std::chrono::abs(story.started - (start.wall + 48h)) < 1ms);
    CHECK(std::chrono::abs(story.events.front().at - story.started) < 1ms);
  }
}

TEST_CASE("what is no story of ours is none") {
  CHECK_FALSE(boot_in("", start));
  CHECK_FALSE(boot_in("[]", start));
  CHECK_FALSE(boot_in("{\"format\":1}", start));
  CHECK_FALSE(boot_in("{\"format\":1,\"started\":\"yesterday\"}", start));
  CHECK(told_in("{", {}).stages.empty());
}

TEST_CASE("a story is told the same from memory and from the disk") {
  const auto boot = boot_up_to_initramfs();
  const Conclusion conclusion{Fault::slow_link, "its link is bad", "another cable"};
  const auto now = later(20s);
  const auto live = told(boot.data(), conclusion, now);
  const auto kept = told_in(to_text(boot.data(), conclusion, now), now.wall);
  CHECK(kept.fault == "slow-link");
  CHECK(kept.conclusion.words == live.conclusion.words);
  CHECK(kept.conclusion.to_do == live.conclusion.to_do);
  REQUIRE(kept.stages.size() == live.stages.size());
  for (std::size_t at = 0; at < live.stages.size(); ++at) {
    CHECK(kept.stages[at].stage == live.stages[at].stage);
    CHECK(kept.stages[at].bytes == live.stages[at].bytes);
    CHECK(std::abs(kept.stages[at].seconds - live.stages[at].seconds) < 1e-3);
  }
  CHECK(std::abs(live.stages.back().seconds - 14) < 1e-3);  // the initramfs, from its begin until now
}
