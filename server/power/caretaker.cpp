#include "server/power/caretaker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

namespace rootstock::server {
namespace {

/// "node01,node02 node03": one line holds all that is to be put right.
std::string line_of(const Marks& marks) {
  return fmt::format("{} {}\n", fmt::join(marks.waiting, ","), fmt::join(marks.sent_down, ","));
}

std::vector<std::string> names_in(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    names.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return names;
}

/// The latest line; a piece of one behind it was never said to its end.
Marks marks_in(std::string_view text) {
  const auto end = text.rfind('\n');
  if (end == text.npos) return {};
  const auto before = text.substr(0, end).rfind('\n');
  const auto line = text.substr(0, end).substr(before == text.npos ? 0 : before + 1);
  const auto blank = line.find(' ');
  if (blank == line.npos) return {};
  return {names_in(line.substr(0, blank)), names_in(line.substr(blank + 1))};
}

/// Until the other end is closed, by whatever ended that process.
std::string all_that_is_said(int socket) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = ::read(socket, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    const auto end = text.rfind('\n', text.size() < 2 ? 0 : text.size() - 2);
    if (text.back() == '\n' && end != text.npos) text.erase(0, end + 1);
  }
}

/// Holds nothing open that somebody may wait for, and no terminal's signal reaches it.
void step_aside() {
  ::setsid();
  for (const int number : {SIGINT, SIGHUP, SIGTERM}) std::signal(number, SIG_IGN);
  if (const int nowhere = ::open("/dev/null", O_RDWR); nowhere >= 0)
    for (const int stream : {0, 1, 2}) ::dup2(nowhere, stream);
}

}  // namespace

Caretaker::Caretaker(PutRight put_right) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
  process_ = ::fork();
  if (process_ == 0) {
    ::close(ends[0]);
    step_aside();
    const auto marks = marks_in(all_that_is_said(ends[1]));
    if (!marks.empty()) put_right(marks);
    ::_exit(0);
  }
  ::close(ends[1]);
  socket_ = ends[0];
}

Caretaker::~Caretaker() {
  remember({});
  if (socket_ >= 0) ::close(socket_);
  if (process_ > 0) ::waitpid(process_, nullptr, 0);
}

/// Without it the command still does its work: somebody has killed the other process, or there is none.
void Caretaker::remember(const Marks& marks) {
  if (marks == told_ || socket_ < 0) return;
  told_ = marks;
  const auto line = line_of(marks);
  for (std::string_view rest = line; !rest.empty();) {
    const auto sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace rootstock::server
