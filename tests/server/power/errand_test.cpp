#include "server/power/errand.hpp"

#include <string>

#include "tests/support/catch.hpp"

using namespace rootstock::server;
using namespace std::chrono_literals;
using Phase = Errand::Phase;
using Need = Errand::Need;

namespace {

constexpr Errand::Moment start{1000s};

SlurmNode in_slurm(const std::string& state) {
  SlurmNode node;
  node.state = node.shown = state;
  return node;
}

Glance with_jobs(std::vector<std::string> jobs) {
  Glance seen;
  seen.stage = "up";
  seen.slurm = in_slurm("draining");
  seen.jobs = std::move(jobs);
  return seen;
}

Glance drained() {
  Glance seen;
  seen.stage = "up";
  seen.slurm = in_slurm("drained");
  return seen;
}

Glance ordered(const std::string& step, const std::string& words) {
  auto seen = drained();
  seen.step = step;
  seen.words = words;
  return seen;
}

Glance booting(const std::string& stage) {
  Glance seen;
  seen.stage = stage;
  seen.new_boot = true;
  return seen;
}

}  // namespace

TEST_CASE("a node is ordered off when its jobs have ended, and done when it is off", "[power]") {
  Errand errand(Goal::off, false, start, 600s);
  CHECK(errand.look(with_jobs({"12", "14"}), start) == Need::nothing);
  CHECK(errand.words() == "waits for jobs 12, 14");
  CHECK(errand.look(with_jobs({"12"}), start + 2h) == Need::nothing);  // a job may take as long as it likes
  CHECK(errand.words() == "waits for job 12");
  CHECK(errand.look(with_jobs({}), start + 3h) == Need::nothing);
  CHECK(errand.words() == "waits until Slurm has cleaned up after its last job");
  CHECK(errand.look(drained(), start + 3h) == Need::order);
  CHECK(errand.look(ordered("told", "has the order"), start + 3h + 5s) == Need::nothing);
  CHECK_FALSE(errand.gone());
  CHECK(errand.look(ordered("going", "went down"), start + 3h + 9s) == Need::nothing);
  CHECK(errand.gone());
  CHECK(errand.phase() == Phase::going);
  errand.look(ordered("off", "is off"), start + 3h + 15s);
  CHECK(errand.phase() == Phase::done);
  CHECK(errand.words() == "is off");
}

TEST_CASE("without Slurm, or when Slurm sees no node there, nothing is waited for", "[power]") {
  Glance seen;
  seen.stage = "up";
  if (GENERATE(false, true)) {
    seen.slurm = in_slurm("draining");
    seen.slurm->responds = false;
  }
  Errand errand(Goal::off, false, start, 600s);
  CHECK(errand.look(seen, start) == Need::order);
}

TEST_CASE("a node that does not go, or comes again, is not off", "[power]") {
  const auto step = GENERATE(std::string{"late"}, std::string{"back"});
  Errand errand(Goal::off, false, start, 600s);
  errand.look(drained(), start);
  errand.look(ordered(step, "said why"), start + 9s);
  CHECK(errand.phase() == Phase::failed);
  CHECK(errand.words() == "said why");
}

TEST_CASE("a service that was restarted is given the order anew", "[power]") {
  Errand errand(Goal::off, false, start, 600s);
  CHECK(errand.look(drained(), start) == Need::order);
  CHECK(errand.look(ordered("ordered", "waits"), start + 1s) == Need::nothing);
  CHECK(errand.look(drained(), start + 9s) == Need::order);
}

TEST_CASE("a service that never comes back does not keep us for ever", "[power]") {
  Errand errand(Goal::off, false, start, 60s);
  errand.look(drained(), start);
  for (auto time = 0s; time < 90s; time += 1s) CHECK(errand.look(drained(), start + time) == Need::order);
  errand.look(drained(), start + 90s);
  CHECK(errand.phase() == Phase::failed);
}

TEST_CASE("Slurm reboots a node once it has no job, and it is up again", "[power]") {
  Errand errand(Goal::reboot, true, start, 1800s);
  CHECK(errand.look(with_jobs({"7"}), start) == Need::nothing);
  CHECK(errand.look(drained(), start + 60s) == Need::nothing);
  CHECK(errand.words() == "Slurm reboots it");
  CHECK(errand.look(drained(), start + 61s) == Need::nothing);  // no order of ours
  errand.look(booting("dhcp"), start + 70s);
  CHECK(errand.gone());
  errand.look(booting("initramfs"), start + 90s);
  CHECK(errand.words() == "boots: initramfs");
  errand.look(booting("starting"), start + 120s);
  CHECK_FALSE(errand.over());
  errand.look(booting("up"), start + 130s);
  CHECK(errand.phase() == Phase::done);
}

TEST_CASE("a node that was up before is not up again", "[power]") {
  Errand errand(Goal::reboot, true, start, 1800s);
  for (auto time = 0s; time < 1800s; time += 60s) errand.look(drained(), start + time);
  CHECK(errand.phase() == Phase::going);
  errand.look(drained(), start + 1800s);
  CHECK(errand.phase() == Phase::failed);
  CHECK(errand.words() == "did not go down in time");
}

TEST_CASE("what is off is not rebooted, and nobody waits for it", "[power]") {
  const bool by_slurm = GENERATE(true, false);
  Glance off, going_down = with_jobs({"12"});
  off.stage = "off";
  Errand errand{Goal::reboot, by_slurm, start, 60s};
  CHECK(errand.look(off, start) == Need::nothing);
  CHECK(errand.phase() == Phase::failed);
  CHECK(errand.words().find("switch it on") != std::string::npos);

  Errand later{Goal::reboot, by_slurm, start, 60s};
  later.look(going_down, start);
  later.look(off, start + 2s);  // on its way
  CHECK_FALSE(later.over());
}

TEST_CASE("a reboot that stops on its way is named", "[power]") {
  Errand errand(Goal::reboot, false, start, 300s);
  CHECK(errand.look(drained(), start) == Need::order);
  errand.look(ordered("going", "went down"), start + 20s);
  errand.look(ordered("off", "is off"), start + 30s);  // between two boots there is silence
  CHECK_FALSE(errand.over());
  errand.look(booting("kernel"), start + 60s);
  errand.look(booting("kernel"), start + 70s);
  CHECK_FALSE(errand.over());
  errand.look(booting("kernel"), start + 300s);
  CHECK(errand.phase() == Phase::failed);
}
