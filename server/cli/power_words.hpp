#pragma once
// The words that `rootstock reboot` and `rootstock shutdown` share.

#include <cstdint>
#include <string>
#include <vector>

#include "server/cli/power_round.hpp"

namespace rootstock::server {

struct PowerWords {
  std::vector<std::string> nodes;  ///< none: all
  bool now = false;                ///< jobs are not waited for
  std::int64_t timeout = 0;        ///< of each node, in seconds from when its jobs have ended
};

/// --now and --timeout, whose default is `words.timeout`: `usual`, as somebody would type it.
void add_power_words(CLI::App& command, PowerWords& words, const char* timeout_help, const char* usual);

/// Sends the nodes down and watches them. What went wrong was told, and the exit code set.
PowerRound::End send_down(Context& context, Goal goal, const PowerWords& words);

}  // namespace rootstock::server
