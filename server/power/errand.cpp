#include "server/power/errand.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace rootstock::server {
namespace {

/// Also without a job in the list: one that ended just now is still cleaned up after.
bool holds_jobs(const Glance& seen) {
  if (!seen.jobs.empty()) return true;
  if (!seen.slurm || !seen.slurm->responds) return false;
  const auto& state = seen.slurm->state;
  return state == "draining" || state == "allocated" || state == "mixed" || state == "completing";
}

std::string jobs_words(const std::vector<std::string>& jobs) {
  if (jobs.empty()) return "waits until Slurm has cleaned up after its last job";
  return fmt::format("waits for job{} {}", jobs.size() == 1 ? "" : "s", fmt::join(jobs, ", "));
}

}  // namespace

void Errand::enter(Phase phase, std::string words) {
  phase_ = phase;
  words_ = std::move(words);
}

Errand::Need Errand::look(const Glance& seen, Moment now) {
  if (phase_ == Phase::jobs) return wait_for_jobs(seen, now);
  if (phase_ == Phase::going) return see_it_go(seen, now);
  if (phase_ == Phase::coming) see_it_come(seen, now);
  return Need::nothing;
}

Errand::Need Errand::wait_for_jobs(const Glance& seen, Moment now) {
  const bool first_look = !std::exchange(looked_, true);  // later it is on its way down
  if (first_look && goal_ == Goal::reboot && seen.stage == "off") {
    enter(Phase::failed, "is off: there is nothing to reboot; switch it on");
    return Need::nothing;
  }
  if (holds_jobs(seen) && !seen.new_boot) {
    words_ = jobs_words(seen.jobs);
    return Need::nothing;
  }
  ends_ = now + timeout_;
  enter(Phase::going, by_slurm_ ? "Slurm reboots it" : "ordered");
  return by_slurm_ ? Need::nothing : Need::order;
}

Errand::Need Errand::see_it_go(const Glance& seen, Moment now) {
  if (seen.new_boot && goal_ == Goal::reboot) {
    gone_ = true;
    enter(Phase::coming, "boots");
    return Need::nothing;
  }
  if (!seen.words.empty()) words_ = seen.words;
  if (seen.step == "going" || seen.step == "off" || seen.step == "back") gone_ = true;
  if (goal_ == Goal::off && seen.step == "off") enter(Phase::done, seen.words);
  if (seen.step == "late" || (goal_ == Goal::off && seen.step == "back")) enter(Phase::failed, seen.words);
  // The service itself keeps the time of an order; this is for one that Slurm gave, or a service that is
  // gone.
  const auto grace = by_slurm_ ? std::chrono::seconds{0} : std::chrono::seconds{30};
  if (!over() && now >= *ends_ + grace) enter(Phase::failed, "did not go down in time");
  // A service that was restarted knows of no order any more.
  return !over() && !by_slurm_ && seen.step.empty() ? Need::order : Need::nothing;
}

void Errand::see_it_come(const Glance& seen, Moment now) {
  if (seen.stage == "up") return enter(Phase::done, "is up again");
  words_ = "boots: " + seen.stage;
  if (now >= *ends_) enter(Phase::failed, "did not come back in time: `rootstock story` says how far it got");
}

}  // namespace rootstock::server
