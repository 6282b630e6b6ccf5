#include "rootfs/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <utility>

namespace rootstock::rootfs {
namespace {

constexpr std::size_t kept_errors = 8 * 1024;
constexpr auto grace = std::chrono::seconds(10);
constexpr int poll_ms = 100;

/// One end of a pipe; closed when it goes.
class End {
 public:
  End() = default;
  explicit End(int fd) : fd_(fd) {}
  End(End&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  End& operator=(End&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~End() { close(); }

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

struct Pipe {
  End read, write;

  static Result<Pipe, Failure> make() {
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), O_CLOEXEC) != 0)
      return fail(std::string("cannot make a pipe: ") + std::strerror(errno));
    return Pipe{End{fds[0]}, End{fds[1]}};
  }
};

/// The Debian package that brings a program whose name is not the package's.
std::string package_of(const std::string& program) {
  static const std::map<std::string, std::string> known = {{"mksquashfs", "squashfs-tools"},
                                                           {"unsquashfs", "squashfs-tools"},
                                                           {"apt-get", "apt"},
                                                           {"depmod", "kmod"},
                                                           {"ganesha.nfsd", "nfs-ganesha"},
                                                           {"ssh-keygen", "openssh-client"},
                                                           {"dpkg-deb", "dpkg"},
                                                           {"chroot", "coreutils"},
                                                           {"sfdisk", "fdisk"},
                                                           {"grub-mkimage", "grub-common"},
                                                           {"mcopy", "mtools"},
                                                           {"unshare", "util-linux"},
                                                           {"slurmctld", "slurmctld"}};
  const auto it = known.find(program);
  return it == known.end() ? program : it->second;
}

Failure not_started(const std::string& program, int error) {
  if (error == ENOENT)
    return {program + " is not installed", "install it: apt-get install " + package_of(program)};
  return {"cannot start " + program + ": " + std::strerror(error), {}};
}

/// Cuts a stream into lines and keeps the end of it.
class Lines {
 public:
  Lines(std::function<void(std::string_view)> sink, std::size_t keep) : sink_(std::move(sink)), keep_(keep) {}

  void add(std::string_view bytes) {
    text_.append(bytes);
    if (text_.size() > 2 * keep_) text_.erase(0, text_.size() - keep_);
    if (!sink_) return;
    line_.append(bytes);
    std::size_t from = 0;
    for (auto end = line_.find_first_of("\r\n"); end != std::string::npos;
         end = line_.find_first_of("\r\n", from)) {
      if (end > from) sink_(std::string_view(line_).substr(from, end - from));
      from = end + 1;
    }
    line_.erase(0, from);
  }

  std::string finish() {
    if (sink_ && !line_.empty()) sink_(line_);
    if (text_.size() > keep_) text_.erase(0, text_.size() - keep_);
    return std::move(text_);
  }

 private:
  std::function<void(std::string_view)> sink_;
  std::size_t keep_;
  std::string text_, line_;
};

struct Child {
  pid_t pid = -1;
  End input, output, errors;
};

[[noreturn]] void report_and_exit(int report) {
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

/// In the child, between fork and exec: only calls that are safe there.
[[noreturn]] void become(const std::vector<char*>& argv,
                         const std::vector<std::pair<const char*, const char*>>& environment,
                         std::array<int, 3> streams, int report, const char* folder, pid_t parent) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);       // what it started in a PID namespace dies with it
  if (::getppid() != parent) ::_exit(127);  // the parent died before prctl
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP}) std::signal(number, SIG_DFL);
  for (int stream = 0; stream < 3; ++stream) ::dup2(streams[static_cast<std::size_t>(stream)], stream);
  for (const auto& [name, value] : environment) ::setenv(name, value, 1);
  if (folder[0] != '\0' && ::chdir(folder) != 0) report_and_exit(report);
  ::execvp(argv[0], argv.data());
  report_and_exit(report);
}

Result<Child, Failure> start(const std::vector<std::string>& words, const RunOptions& options) {
  auto in = Pipe::make(), out = Pipe::make(), err = Pipe::make(), report = Pipe::make();
  for (auto* pipe : {&in, &out, &err, &report})
    if (!*pipe) return tl::unexpected{pipe->error()};
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<std::pair<const char*, const char*>> environment;
  for (const auto& [name, value] : options.environment) environment.emplace_back(name.c_str(), value.c_str());

  const pid_t parent = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) return fail(std::string("cannot start a process: ") + std::strerror(errno));
  if (pid == 0)
    become(argv, environment, {in->read.fd(), out->write.fd(), err->write.fd()}, report->write.fd(),
           options.folder.c_str(), parent);
  ::setpgid(pid, pid);  // also here, so that a stop right now reaches the group
  report->write.close();
  int error = 0;
  if (::read(report->read.fd(), &error, sizeof error) == sizeof error) {
    ::waitpid(pid, nullptr, 0);
    return tl::unexpected{not_started(words.front(), error)};
  }
  ::fcntl(in->write.fd(), F_SETFL, O_NONBLOCK);
  return Child{pid, std::move(in->write), std::move(out->read), std::move(err->read)};
}

/// Writes what the pipe takes; closes it when all is written or nobody reads.
void feed(End& end, std::string_view& rest) {
  const auto written = rest.empty() ? 0 : ::write(end.fd(), rest.data(), rest.size());
  if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  if (rest.empty() || (written < 0 && errno != EAGAIN && errno != EINTR)) end.close();
}

void drain(End& end, Lines& lines) {
  std::array<char, 16384> buffer;
  const auto got = ::read(end.fd(), buffer.data(), buffer.size());
  if (got > 0) lines.add({buffer.data(), static_cast<std::size_t>(got)});
  if (got == 0 || (got < 0 && errno != EINTR)) end.close();
}

/// Ends the child's whole group: asks first, insists after a while.
class Stopper {
 public:
  Stopper(pid_t group, const std::function<bool()>& wanted) : group_(group), wanted_(wanted) {}

  bool stopping() const { return asked_; }
  void look() {
    const auto now = std::chrono::steady_clock::now();
    if (!asked_ && wanted_ && wanted_()) {
      asked_ = true;
      since_ = now;
      ::kill(-group_, SIGTERM);
    }
    if (asked_ && now - since_ > grace) ::kill(-group_, SIGKILL);
  }

 private:
  pid_t group_;
  const std::function<bool()>& wanted_;
  bool asked_ = false;
  std::chrono::steady_clock::time_point since_;
};

bool has_ended(pid_t pid) {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == pid;
}

void converse(Child& child, std::string_view input, Lines& output, Lines& errors, Stopper& stopper) {
  while (child.output.open() || child.errors.open()) {
    std::array<pollfd, 3> waits{pollfd{child.output.fd(), POLLIN, 0}, pollfd{child.errors.fd(), POLLIN, 0},
                                pollfd{child.input.fd(), POLLOUT, 0}};
    const int ready = ::poll(waits.data(), waits.size(), poll_ms);
    if (waits[0].revents != 0) drain(child.output, output);
    if (waits[1].revents != 0) drain(child.errors, errors);
    if (waits[2].revents != 0) feed(child.input, input);
    stopper.look();
    // A daemon that it left behind may hold the pipes for ever; silence after the end is the end.
    if (ready == 0 && has_ended(child.pid)) break;
  }
}

int wait_for(pid_t pid, Stopper& stopper) {
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    stopper.look();
    ::poll(nullptr, 0, 5);
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Result<Finished, Failure> run(const std::vector<std::string>& argv, const RunOptions& options) {
  // Writing to a program that stopped reading must be an error of the write, not the end of us.
  std::signal(SIGPIPE, SIG_IGN);
  if (!options.folder.empty() && !std::filesystem::is_directory(options.folder))
    return fail("cannot start " + argv.front() + " in " + options.folder + ": no such folder");
  auto child = start(argv, options);
  if (!child) return tl::unexpected{child.error()};
  Lines output(options.on_output_line, std::string::npos / 4), errors(options.on_error_line, kept_errors);
  Stopper stopper(child->pid, options.stop);
  converse(*child, options.input, output, errors, stopper);
  Finished finished;
  finished.status = wait_for(child->pid, stopper);
  finished.stopped = stopper.stopping();
  finished.output = output.finish();
  finished.errors = errors.finish();
  return finished;
}

}  // namespace rootstock::rootfs
