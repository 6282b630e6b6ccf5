#pragma once
// A program that runs for long beside us, under the event loop (edge: one process). It dies with us.

#include <sys/types.h>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/result.hpp"

namespace rootstock::rootfs {

/// An account with a few capabilities that outlive exec; no way to any more.
struct Rights {
  std::string user, group;
  std::vector<int> capabilities;  ///< CAP_... of <linux/capability.h>
};

/// A descriptor of ours that the child gets too, and the environment variable that tells it the number.
struct HandedOn {
  std::string variable;
  int descriptor = -1;
};

struct ChildOptions {
  std::optional<Rights> rights;  ///< none: the same as ours
  bool capture = false;          ///< its output and errors come as lines(); otherwise it shares ours
  std::string
      ready_variable;  ///< set: the child finds here the number of a descriptor to write to when it serves
  std::vector<HandedOn> handed_on;
};

class Child {
 public:
  /// Fails when the program cannot be run ("ganesha.nfsd: No such file or directory").
  static Result<std::unique_ptr<Child>, Failure> start(boost::asio::io_context& loop,
                                                       const std::vector<std::string>& argv,
                                                       const ChildOptions& options);
  ~Child();  // kills what still runs
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number);

  /// The exit status; 128 + signal when it was killed.
  boost::asio::awaitable<int> ended();
  /// The next line of its output and errors; none when it closed them.
  boost::asio::awaitable<std::optional<std::string>> next_line();
  /// True when the child wrote to the descriptor of `ready_variable`; false when it closed it.
  boost::asio::awaitable<bool> ready();

 private:
  Child(boost::asio::io_context& loop, pid_t pid) : pid_(pid), process_(loop), output_(loop), ready_(loop) {}
  void reap();

  pid_t pid_;
  std::optional<int> status_;
  boost::asio::posix::stream_descriptor process_, output_, ready_;
  std::string text_;
};

}  // namespace rootstock::rootfs
