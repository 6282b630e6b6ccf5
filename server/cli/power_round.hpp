#pragma once
// What `rootstock reboot` and `rootstock shutdown` share: sends nodes down and watches them until each has
// ended, one way or the other (edge: the service's socket, Slurm, the terminal and Ctrl-C).

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/cli/command.hpp"
#include "server/power/caretaker.hpp"
#include "server/power/errand.hpp"
#include "server/slurm/control.hpp"

namespace rootstock::server {

struct PowerWish {
  Goal goal = Goal::off;
  std::vector<std::string> nodes;  ///< empty: all
  bool now = false;                ///< jobs are not waited for
  std::chrono::seconds timeout{};  ///< of each node, from when its jobs have ended
};

class PowerRound {
 public:
  enum class End : std::uint8_t { well, some_failed, interrupted, not_begun };

  PowerRound(Context& context, const Settings& settings, PowerWish wish);
  /// Until all have ended, or Ctrl-C. What went wrong before anything was begun is told, with the exit code
  /// set.
  End run();

 private:
  struct Traveller {
    Errand errand;
    std::string told;       ///< the words that were printed last
    bool by_slurm = false;  ///< Slurm reboots it: no order of ours
    bool marked = false;    ///< drained by us: that must come off again
  };

  bool begin();
  bool find_nodes();
  bool look_at_slurm_first();
  bool tell_slurm();
  bool slurm_reboots(const std::string& name) const;
  bool may_mark(const std::string& name) const;
  void turn();
  Glance glance(const std::string& name) const;
  void give_orders(const std::vector<std::string>& names);
  Marks marks() const;
  void take_marks_off(bool all);
  void call_off();
  void show();
  void show_end() const;
  bool all_over() const;
  bool someone_waits_for_jobs() const;

  Context& context_;
  const Settings& settings_;
  PowerWish wish_;
  std::string reason_;
  double asked_at_ = 0;  ///< seconds since 1970
  std::map<std::string, Traveller> travellers_;
  std::map<std::string, std::pair<std::string, double>> boots_;        ///< stage, and when the boot began
  std::map<std::string, std::pair<std::string, std::string>> orders_;  ///< step and words
  std::optional<SlurmPicture> slurm_;
  std::optional<Caretaker> caretaker_;  ///< takes the marks off when we are killed
  std::chrono::steady_clock::time_point begun_{}, slurm_seen_{};
};

}  // namespace rootstock::server
