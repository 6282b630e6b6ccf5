#include "server/story/fault.hpp"

namespace rootstock::server {

std::string_view name_of(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::under_way: return "under-way";
    case Fault::queued: return "queued";
    case Fault::no_dhcp: return "no-dhcp";
    case Fault::not_accepted: return "not-accepted";
    case Fault::stopped_after_file: return "stopped-after-file";
    case Fault::missing_file: return "missing-file";
    case Fault::slow_link: return "slow-link";
    case Fault::no_overlay_asked: return "no-overlay-asked";
    case Fault::root_not_mounted: return "root-not-mounted";
    case Fault::slurm_silent: return "slurm-silent";
    case Fault::wrong_clock: return "wrong-clock";
    case Fault::out_of_memory: return "out-of-memory";
    case Fault::wrong_architecture: return "wrong-architecture";
    case Fault::rival_dhcp: return "rival-dhcp";
    case Fault::spanning_tree: return "spanning-tree";
    case Fault::identity_in_doubt: return "identity-in-doubt";
    case Fault::waiting_for_approval: return "waiting-for-approval";
    case Fault::denied: return "denied";
    case Fault::lost: return "lost";
    case Fault::trouble: return "trouble";
  }
  return "none";
}

}  // namespace rootstock::server
