#pragma once
// Keeps one program running: starts it, notices when it ends or hangs, starts it again after a while.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rootfs/child.hpp"
#include "rootfs/notice.hpp"
#include "rootfs/restart_policy.hpp"

namespace rootstock::rootfs {

struct Program {
  std::string name;  ///< for people: "the NFS server"
  std::vector<std::string> argv;
  ChildOptions options;
  std::function<void(std::string_view line)> on_line;  ///< with options.capture
  /// Asks the program whether it is well. Without it, the program says once that it is ready
  /// (options.ready_variable).
  std::function<boost::asio::awaitable<bool>()> probe;
  std::function<void()> on_ready;                ///< each time it began to serve
  std::function<bool(int status)> on_early_end;  ///< ended before it was ready; false: do not start it again
  std::chrono::milliseconds start_patience{20'000};
  std::chrono::milliseconds probe_interval{3'000};
  int misses = 3;  ///< so many probes in a row without an answer: it hangs
  std::chrono::milliseconds stop_grace{10'000};
};

class Supervisor {
 public:
  Supervisor(boost::asio::io_context& loop, Program program, Tell tell);

  /// Must be stopped (or the loop must have ended) before it is destroyed.
  void start();
  /// Ends the program so that it is started anew.
  void restart();
  /// SIGTERM, and SIGKILL after the grace; returns when the program is gone.
  boost::asio::awaitable<void> stop();

 private:
  boost::asio::awaitable<void> run();
  boost::asio::awaitable<void> attend(Child& child);
  boost::asio::awaitable<void> relay(Child& child);
  boost::asio::awaitable<void> watch(Child& child);
  boost::asio::awaitable<void> wait_until_ready(Child& child);
  boost::asio::awaitable<void> wait_until_hung();
  boost::asio::awaitable<void> wait_for_end(Child& child);
  boost::asio::awaitable<void> pause(std::chrono::milliseconds delay);
  boost::asio::awaitable<void> sleep_for_ever();
  bool worth_restarting() const;
  void explain_end(std::chrono::milliseconds delay);

  boost::asio::io_context& loop_;
  Program program_;
  Tell tell_;
  RestartPolicy policy_;
  boost::asio::steady_timer back_off_, gone_;
  Child* child_ = nullptr;
  int status_ = 0;
  bool ready_ = false, running_ = false, restarting_ = false, stopping_ = false;
};

}  // namespace rootstock::rootfs
