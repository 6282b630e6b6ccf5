#pragma once
// What Slurm says of the nodes (value): the lines of `sinfo` as words. No program is started here.

#include <map>
#include <string>
#include <string_view>

namespace rootstock::server {

struct SlurmNode {
  std::string state;       ///< "idle", "mixed", "draining" ...: one word, lower case, without suffix
  bool responds = true;    ///< its slurmd answers the controller (no '*')
  bool asleep = false;     ///< switched off by Slurm's own power saving ('~', '%')
  bool rebooting = false;  ///< Slurm has a reboot of it in mind ('@') or under way ('^')
  std::string shown;       ///< as sinfo shows it: "idle*"
  std::string reason;      ///< why it is drained or down; else ""

  /// Its slurmd has registered and answers. A drained node is registered, too: it only gets no jobs.
  bool registered() const;
};

/// By node name.
using SlurmNodes = std::map<std::string, SlurmNode, std::less<>>;

/// How sinfo is asked: one line per node and partition, "node01|idle*|none".
inline constexpr auto sinfo_format = "%N|%T|%E";
/// Lines that do not fit are passed over.
SlurmNodes parse_sinfo(std::string_view text);

}  // namespace rootstock::server
