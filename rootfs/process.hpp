#pragma once
// Running a program to its end (edge: one process).

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

struct RunOptions {
  std::map<std::string, std::string> environment{};             ///< added to ours
  std::string folder{};                                         ///< where it starts; empty: where we are
  std::string input{};                                          ///< its standard input
  std::function<void(std::string_view line)> on_error_line{};   ///< each line of standard error as it comes
  std::function<void(std::string_view line)> on_output_line{};  ///< each line of standard output as it comes
  std::function<bool()> stop{};  ///< asked ten times a second; true ends the program and all its children
};

struct Finished {
  int status = 0;        ///< exit status; 128 + signal when killed
  std::string output;    ///< standard output
  std::string errors;    ///< the last lines of standard error
  bool stopped = false;  ///< `stop` said so
};

/// Fails only when the program could not be started ("mmdebstrap is not installed", with the package as
/// hint). The program runs in a process group of its own, so that Ctrl-C reaches us first and we end it in
/// order; it dies with us (PR_SET_PDEATHSIG). Lines end at '\n' or '\r', because progress meters rewrite
/// their line.
Result<Finished, Failure> run(const std::vector<std::string>& argv, const RunOptions& options = {});

}  // namespace rootstock::rootfs
