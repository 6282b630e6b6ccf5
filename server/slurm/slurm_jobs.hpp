#pragma once
// Which jobs hold which nodes (value): the lines of `squeue` as words.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace rootstock::server {

/// Numbers of jobs, by the name of a node that they hold.
using SlurmJobs = std::map<std::string, std::vector<std::string>, std::less<>>;

/// How squeue is asked: one line per job, "12|node[01-03]".
inline constexpr auto squeue_format = "%i|%N";
/// Lines that do not fit are passed over.
SlurmJobs parse_squeue(std::string_view text);

}  // namespace rootstock::server
