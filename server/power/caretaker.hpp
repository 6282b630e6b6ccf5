#pragma once
// Puts right what a command has changed for as long as it runs, when it ends without doing that itself:
// killed, crashed, its terminal gone (edge: a process of its own, in a session of its own).

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace rootstock::server {

/// Nodes that were drained in Slurm, and must not stay so.
struct Marks {
  std::vector<std::string> waiting;    ///< still have jobs
  std::vector<std::string> sent_down;  ///< were told to go

  bool empty() const { return waiting.empty() && sent_down.empty(); }
  bool operator==(const Marks&) const = default;
};

class Caretaker {
 public:
  using PutRight = std::function<void(const Marks&)>;

  /// Forks: not from a process with threads. `put_right` runs in the other process, after this one's end.
  explicit Caretaker(PutRight put_right);
  ~Caretaker();
  Caretaker(const Caretaker&) = delete;
  Caretaker& operator=(const Caretaker&) = delete;

  /// What there is to put right from now on. To be told before it is changed, not after.
  void remember(const Marks& marks);

 private:
  int socket_ = -1;
  pid_t process_ = -1;
  Marks told_;
};

}  // namespace rootstock::server
