// Heartbeats: whose they are, what they tell that is new, when a node is lost, off, and up.
#include "server/nodes/pulse.hpp"

#include "server/nodes/condition.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;

namespace {

constexpr Moment start{1000h};

Beat well(const std::string& boot = "first") {
  Beat beat;
  beat.boot = boot;
  beat.memory = 800, beat.total = 960;
  beat.root_ms = 3;
  beat.slurmd = "active";
  return beat;
}

SlurmNode slurm_word(const std::string& shown, const std::string& reason = "none") {
  return parse_sinfo("node07|" + shown + "|" + reason + "\n").begin()->second;
}

dhcp::Board ipxe_of(const Mac& mac) {
  dhcp::Board board;
  board.mac = mac;
  board.dialect = dhcp::Dialect::ipxe;
  return board;
}

/// A node that said "up" at `start`.
struct Life {
  Node node;
  SlurmNode idle = slurm_word("idle");
  SlurmSays slurm{true, true, &idle};

  Life() {
    node.record.name = "node07";
    node.record.mac = "52:54:00:00:00:07"_mac;
    node.record.last_heard = Time{1h};
    node.boot.on_dhcp({ipxe_of(node.record.mac), "DISCOVER", "OFFER", {}, "boot.ipxe", ""}, start);
    node.boot.on_up({"compute/3", "6.1.0", 20}, start);
    node.pulse.on_up("first", start);
  }
  Condition at(std::chrono::seconds later) const { return condition_of(node, slurm, start + later); }
  void beats(const Beat& beat, std::chrono::seconds later) { node.pulse.on_beat(beat, start + later); }
};

}  // namespace

TEST_CASE("up means that it is true now") {
  Life life;
  CHECK(life.at(1s).word == "starting");
  life.beats(well(), 2s);
  CHECK(life.at(3s).word == "up");
  CHECK(life.at(3s).detail.empty());
  auto beat = well();
  SECTION("its root answers") {
    beat.root_ms = -1;
    life.beats(beat, 17s);
    CHECK(life.at(18s).word == "starting");
    CHECK(life.at(18s).detail.starts_with("its root does not answer"));
  }
  SECTION("its root has been asked") {
    beat.root_ms.reset();
    life.beats(beat, 17s);
    CHECK(life.at(18s).detail == "has not read its root yet");
  }
  SECTION("its clock agrees") {
    beat.clock_ahead = -40;
    life.beats(beat, 17s);
    CHECK(life.at(18s).word == "starting");
    CHECK(life.at(18s).detail == "its clock is 40 s behind");
  }
  SECTION("Slurm knows it") {
    life.slurm.node = nullptr;
    CHECK(life.at(3s).word == "starting");
    CHECK(life.at(3s).detail == "slurmd has not registered");
  }
  SECTION("Slurm hears it") {
    life.idle = slurm_word("down*", "Not responding");
    CHECK(life.at(3s).detail == "Slurm says down*");
  }
  SECTION("a controller that is away takes no node down whose slurmd runs") {
    life.slurm = {true, false, nullptr};
    CHECK(life.at(3s).word == "up");
    CHECK(life.at(3s).detail == "Slurm's controller does not answer");
    beat.slurmd = "inactive";
    life.beats(beat, 17s);
    CHECK(life.at(18s).word == "starting");
  }
  SECTION("where there is no Slurm, it has no say") {
    life.slurm = {};
    beat.slurmd = "absent";
    life.beats(beat, 17s);
    CHECK(life.at(18s).word == "up");
  }
  SECTION("a drained node is up, and the reason shown") {
    life.idle = slurm_word("drained", "new cable");
    CHECK(life.at(3s).word == "up");
    CHECK(life.at(3s).detail == "Slurm: drained, new cable");
  }
  SECTION("what a shutdown left behind that was killed with all that belongs to it is told with the remedy") {
    life.idle = slurm_word("drained", "rootstock shutdown");
    CHECK(life.at(3s).detail.find("rootstock shutdown (if that runs no more: scontrol update nodename=") !=
          std::string::npos);
  }
}

TEST_CASE("a node is lost after three heartbeats that did not come, and up again with the next") {
  Life life;
  life.beats(well(), 0s);
  CHECK(life.at(lost_after).word == "up");
  CHECK(life.at(lost_after + 1s).word == "lost");
  CHECK(life.at(lost_after + 1s).detail == "no heartbeat for 46 s");
  life.beats(well(), 100s);
  CHECK(life.at(101s).word == "up");
}

TEST_CASE("a board that boots and falls silent is told, with where to read why") {
  Node node;
  node.record.name = "node07";
  node.record.mac = "52:54:00:00:00:07"_mac;
  const auto at = [&](std::chrono::seconds later) { return condition_of(node, {}, start + later); };
  CHECK(at(10min).detail.empty());  // nobody has heard of it
  node.boot.on_dhcp({ipxe_of(node.record.mac), "DISCOVER", "OFFER", {}, "boot.ipxe", ""}, start);
  node.boot.on_begun(start + 1s);
  CHECK(at(10min).detail.empty());  // a large file over a slow link
  SECTION("the worker that sent it a file was killed") {
    node.boot = BootRecord::restored(node.boot.data());
    CHECK(at(2min).detail.empty());
    CHECK(at(121s).word == "dhcp");
    CHECK(at(121s).detail == "silent for 2 minutes or more: rootstock story node07 says why");
  }
  SECTION("a system may take its time to start") {
    node.boot.on_ended(start + 2s);
    node.boot.on_step("root", 20, start + 30s);
    CHECK(at(5min).detail.empty());
    CHECK_FALSE(at(6min).detail.empty());
  }
}

TEST_CASE("a head that was restarted gives its nodes time to be heard") {
  Node node;
  node.record.mac = "52:54:00:00:00:07"_mac;
  node.boot = BootRecord::known(true);
  SECTION("one that was heard is expected") {
    node.record.last_heard = Time{1h};
    CHECK(condition_of(node, {}, start).word == "starting");
    node.pulse.expected = start;  // the first look around
    CHECK(condition_of(node, {}, start + lost_after).word == "starting");
    CHECK(condition_of(node, {}, start + lost_after + 1s).word == "lost");
    node.pulse.on_beat(well(), start + 60s);
    CHECK(condition_of(node, {}, start + 61s).word == "up");
  }
  SECTION("one that had gone down before is off") {
    node.pulse.expected = start;
    CHECK(condition_of(node, {}, start + 100s).word == "off");
    CHECK_FALSE(is_lost(node, start + 100s));
  }
}

TEST_CASE("a node that says it goes down is off, not lost") {
  Life life;
  life.beats(well(), 0s);
  life.node.pulse.order = "reboot";
  life.node.pulse.on_down("reboot", start + 20s);
  CHECK(life.node.pulse.order.empty());
  life.beats(well(), 21s);  // was under way
  CHECK(life.at(100s).word == "off");
  CHECK(life.at(100s).detail == "reboots");
  life.node.pulse.on_up("second", start + 120s);
  life.beats(well("second"), 121s);
  CHECK(life.at(122s).word == "up");
}

TEST_CASE("a board that waits for its turn is queued, with the words of the doorkeeper") {
  Node node;
  node.record.mac = "52:54:00:00:00:07"_mac;
  node.boot.on_dhcp({ipxe_of(node.record.mac), "DISCOVER", "OFFER", {}, "boot.ipxe", ""}, start);
  node.boot.on_held("place 3 of 40", start);
  CHECK(condition_of(node, {}, start).word == "queued");
  CHECK(condition_of(node, {}, start).detail == "place 3 of 40");
  CHECK(condition_of(node, {}, start + 3min).word == "dhcp");  // switched off there
  node.record.standing = Standing::waiting;
  CHECK(condition_of(node, {}, start).word == "waiting");
}

TEST_CASE("two systems with one identity are told apart by their boot") {
  Pulse pulse;
  pulse.on_up("first", start);
  CHECK(pulse.on_beat(well("first"), start + 1s));
  SECTION("a stranger's heartbeat is not the node's") {
    CHECK_FALSE(pulse.on_beat(well("other"), start + 2s));
    CHECK(pulse.other_boot == "other");
    CHECK(pulse.boot == "first");
    CHECK(*pulse.beat_at == start + 1s);
  }
  SECTION("the next system asked at the gate before it beats") {
    pulse.on_gate("second");
    CHECK(pulse.on_beat(well("second"), start + 2s));
    CHECK(pulse.boot == "second");
    CHECK(pulse.other_boot.empty());
  }
  SECTION("who has fallen silent is followed by whoever speaks") {
    CHECK(pulse.on_beat(well("second"), start + 1s + lost_after + 1s));
    CHECK(pulse.boot == "second");
  }
  SECTION("an order is for the system that was meant") {
    pulse.order = "reboot";
    pulse.on_up("second", start + 60s);
    CHECK(pulse.order.empty());
  }
}

TEST_CASE("a heartbeat tells what is new") {
  Beat before = well(), now = well();
  CHECK(news_between(before, now).empty());
  now.root_ms = -1;
  CHECK(news_between(before, now) == "its root does not answer");
  CHECK(news_between(now, before) == "its root answers again");
  now = well();
  now.oom = 2;
  CHECK(news_between(before, now) == "out of memory: the kernel ended 2 programs");
  now = well();
  now.temperature = 84.6;
  now.throttled = 0x50005;  // now, and since its start, which is no news
  CHECK(news_between(before, now) == "hot: 85 °C; too little voltage, throttled");
  before.throttled = 0x50000;
  now = before;
  CHECK(news_between(well(), now).empty());
  now.slurmd = "inactive";
  CHECK(news_between(before, now) == "slurmd does not run");
}
