#pragma once
// Asks Slurm's controller again and again how it sees the nodes (edge: `sinfo`, on a thread of its own).

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/slurm/slurm_nodes.hpp"

namespace rootstock::server {

class SlurmWatch {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  /// `enabled`: slurm.enabled. Without Slurm nothing is asked, and Slurm plays no part in what is said of a
  /// node.
  SlurmWatch(boost::asio::io_context& loop, bool enabled);
  ~SlurmWatch();

  /// Starts a thread: only after root was given up.
  void start();
  void stop();

  bool enabled() const;
  /// The controller answered the latest question.
  bool answers() const;
  /// When answers() became what it is.
  std::optional<Moment> since() const;
  /// What it said last; null: it does not know that node, or has never answered.
  const SlurmNode* find(std::string_view name) const;
  /// As sinfo shows it: "idle*".
  std::optional<std::string> state_of(std::string_view name) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::server
