#pragma once
// What `rootstock reboot` and `rootstock shutdown` do with one node, step by step (logic): they look at it
// again and again, and do what is needed next.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/slurm/slurm_nodes.hpp"

namespace rootstock::server {

enum class Goal : std::uint8_t { off, reboot };

/// How one look finds the node.
struct Glance {
  std::string stage;               ///< as `rootstock nodes` shows it
  bool new_boot = false;           ///< its boot began after we asked
  std::string step;                ///< of the order it was given (going.hpp); "" when there is none
  std::string words;               ///< of that order
  std::optional<SlurmNode> slurm;  ///< none: Slurm does not know it, or has no say
  std::vector<std::string> jobs;   ///< that hold it
};

class Errand {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  enum class Phase : std::uint8_t {
    jobs,    ///< waits until its jobs have ended
    going,   ///< goes down
    coming,  ///< only with Goal::reboot: boots
    done,
    failed,
  };
  enum class Need : std::uint8_t { nothing, order };

  /// `by_slurm`: Slurm reboots it. Otherwise the node gets an order, once it has no jobs.
  Errand(Goal goal, bool by_slurm, Moment now, std::chrono::seconds timeout)
      : goal_(goal), by_slurm_(by_slurm), timeout_(timeout), since_(now) {}

  Need look(const Glance& seen, Moment now);

  Phase phase() const { return phase_; }
  bool over() const { return phase_ == Phase::done || phase_ == Phase::failed; }
  /// It no longer runs what it ran: a mark in Slurm has done its work.
  bool gone() const { return gone_; }
  /// What is waited for, or how it ended: "waits for job 12".
  const std::string& words() const { return words_; }

 private:
  void enter(Phase phase, std::string words);
  Need wait_for_jobs(const Glance& seen, Moment now);
  Need see_it_go(const Glance& seen, Moment now);
  void see_it_come(const Glance& seen, Moment now);

  Goal goal_;
  bool by_slurm_;
  std::chrono::seconds timeout_;
  Moment since_;
  std::optional<Moment> ends_;  ///< set when its jobs have ended
  Phase phase_ = Phase::jobs;
  bool looked_ = false, gone_ = false;
  std::string words_ = "asked";
};

}  // namespace rootstock::server
