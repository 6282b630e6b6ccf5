#pragma once
// What is known around a boot when a conclusion is drawn: values, put together by whoever knows them all.

#include <chrono>
#include <optional>
#include <string>

#include "config/address.hpp"
#include "server/story/stage.hpp"

namespace rootstock::server {

/// What a node that is up said last.
struct Heartbeat {
  Moment last{};
  std::chrono::seconds interval{10};
  double clock_off = 0;                ///< seconds its clock is ahead of ours
  int oom = 0;                         ///< how often its kernel killed a program for want of memory
  double memory_left = 0, memory = 0;  ///< MiB
  std::string slurmd;                  ///< systemd's word for it: "active", "failed" ...
};

struct Surroundings {
  bool over = false;           ///< a later boot of the same board has begun: nothing more comes of this one
  Moment head_started{};       ///< before it nobody listened
  int booting = 0;             ///< other boards that boot just now
  Ipv4 rival;                  ///< another DHCP server that boards were seen to choose; 0.0.0.0: none
  std::string rival_mac;       ///< where it is known
  bool spanning_tree = false;  ///< the switch was heard to run it
  std::optional<Heartbeat> pulse;
  std::optional<Moment> lost_since;  ///< found to be lost; none: it is not
  bool slurm = false;                ///< this site runs Slurm
  bool slurm_answers = false;        ///< slurmctld does
  std::optional<std::string>
      slurm_state;  ///< its word for the node: "idle", "down*"; none: it does not know it
};

}  // namespace rootstock::server
