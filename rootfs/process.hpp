#pragma once
// Running a program to its end (edge: one process).

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

struct RunOptions {
  std::map<std::string, std::string> environment;            ///< added to ours
  std::string input;                                         ///< its standard input
  std::function<void(std::string_view line)> on_error_line;  ///< each line of standard error as it comes
};

struct Finished {
  int status = 0;      ///< exit status; 128 + signal when killed
  std::string output;  ///< standard output
  std::string errors;  ///< the last lines of standard error
};

/// Fails only when the program could not be started ("mmdebstrap is not installed", with the package as hint).
/// The child dies with us (PR_SET_PDEATHSIG).
Result<Finished, Failure> run(const std::vector<std::string>& argv, const RunOptions& options = {});

}  // namespace rootstock::rootfs
