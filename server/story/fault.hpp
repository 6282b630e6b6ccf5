#pragma once
// What can be wrong with a boot, and how it is told.

#include <cstdint>
#include <string>
#include <string_view>

namespace rootstock::server {

enum class Fault : std::uint8_t {
  none,
  under_way,
  queued,
  no_dhcp,
  not_accepted,
  stopped_after_file,
  missing_file,
  slow_link,
  no_overlay_asked,
  root_not_mounted,
  slurm_silent,
  wrong_clock,
  out_of_memory,
  wrong_architecture,
  rival_dhcp,
  spanning_tree,
  identity_in_doubt,
  waiting_for_approval,
  denied,
  lost,
  trouble,
};

/// "no-dhcp": the word in JSON.
std::string_view name_of(Fault fault);

struct Conclusion {
  Fault fault = Fault::none;
  std::string words;  ///< what was seen, then what it most likely means
  std::string to_do;  ///< empty: nothing
};

}  // namespace rootstock::server
