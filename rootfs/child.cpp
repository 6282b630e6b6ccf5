#include "rootfs/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <utility>

namespace rootstock::rootfs {
namespace {

namespace asio = boost::asio;
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t longest_line = 16 * 1024;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(other.release()) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct Pipe {
  Fd read, write;
};

Result<Pipe, Failure> make_pipe() {
  std::array<int, 2> fds{};
  if (::pipe2(fds.data(), O_CLOEXEC) != 0)
    return fail(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  return Pipe{Fd(fds[0]), Fd(fds[1])};
}

/// Rights as the kernel takes them.
struct Identity {
  uid_t user;
  gid_t group;
  std::uint64_t capabilities = 0;
};

Result<Identity, Failure> look_up(const Rights& rights) {
  const passwd* account = ::getpwnam(rights.user.c_str());
  if (account == nullptr)
    return fail("there is no user '" + rights.user + "'", "adduser --system " + rights.user);
  Identity identity{account->pw_uid, 0};
  const ::group* found = ::getgrnam(rights.group.c_str());
  if (found == nullptr)
    return fail("there is no group '" + rights.group + "'", "addgroup --system " + rights.group);
  identity.group = found->gr_gid;
  for (const int capability : rights.capabilities) identity.capabilities |= std::uint64_t{1} << capability;
  return identity;
}

bool keeps(const Identity& identity, unsigned long capability) {
  return capability < 64 && (identity.capabilities >> capability & 1) != 0;
}

bool set_capabilities(std::uint64_t wanted) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const auto bits = static_cast<std::uint32_t>(wanted >> (32 * i));
    sets[i] = {bits, bits, bits};
  }
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

/// In the child: only what is safe between fork and exec. Ambient capabilities are the ones that outlive
/// exec.
bool become(const Identity& identity) {
  for (unsigned long number = 0; ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
    if (!keeps(identity, number) && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) != 0) return false;
  if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 || ::setgroups(0, nullptr) != 0 ||
      ::setresgid(identity.group, identity.group, identity.group) != 0 ||
      ::setresuid(identity.user, identity.user, identity.user) != 0 ||
      !set_capabilities(identity.capabilities))
    return false;
  for (unsigned long number = 0; number < 64; ++number)
    if (keeps(identity, number) && ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) != 0)
      return false;
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/// All that the child needs, made before the fork.
struct Launch {
  std::vector<char*> argv;
  std::optional<Identity> identity;
  int output = -1, report = -1;
  std::vector<int> kept;  ///< outlive exec
  pid_t parent = -1;
};

[[noreturn]] void report_and_leave(int report) {
  const int error = errno;
  [[maybe_unused]] const auto written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

[[noreturn]] void run_in_child(const Launch& launch) {
  ::setpgid(0, 0);  // a Ctrl-C is ours to pass on, in order
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGCHLD}) std::signal(number, SIG_DFL);
  if (launch.output >= 0 && (::dup2(launch.output, 1) < 0 || ::dup2(launch.output, 2) < 0))
    report_and_leave(launch.report);
  for (const int descriptor : launch.kept) ::fcntl(descriptor, F_SETFD, 0);
  if (launch.identity && !become(*launch.identity)) report_and_leave(launch.report);
  // After the change of user, which would clear it. SIGKILL: an orphan must not hold a port, whatever it
  // hangs on.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launch.parent) ::_exit(127);
  ::execvp(launch.argv[0], launch.argv.data());
  report_and_leave(launch.report);
}

int exit_status(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

/// The errno of a child that could not become the program; 0 when exec closed the pipe.
int failed_with(const Fd& report) {
  int error = 0;
  ssize_t got = 0;
  do got = ::read(report.get(), &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

}  // namespace

Result<std::unique_ptr<Child>, Failure> Child::start(asio::io_context& loop,
                                                     const std::vector<std::string>& argv,
                                                     const ChildOptions& options) {
  auto output = make_pipe(), ready = make_pipe(), report = make_pipe();
  for (auto* pipe : {&output, &ready, &report})
    if (!*pipe) return tl::unexpected{pipe->error()};
  Launch launch;
  for (const auto& word : argv) launch.argv.push_back(const_cast<char*>(word.c_str()));
  launch.argv.push_back(nullptr);
  if (options.rights) {
    auto identity = look_up(*options.rights);
    if (!identity) return tl::unexpected{identity.error()};
    launch.identity = *identity;
  }
  if (options.capture) launch.output = output->write.get();
  auto handed_on = options.handed_on;
  if (!options.ready_variable.empty()) handed_on.push_back({options.ready_variable, ready->write.get()});
  for (const auto& [variable, descriptor] : handed_on) {
    launch.kept.push_back(descriptor);
    ::setenv(variable.c_str(), std::to_string(descriptor).c_str(), 1);
  }
  launch.report = report->write.get();
  launch.parent = ::getpid();

  const pid_t pid = ::fork();
  if (pid == 0) run_in_child(launch);
  for (const auto& handed : handed_on) ::unsetenv(handed.variable.c_str());
  if (pid < 0) return fail(fmt::format("cannot start a process: {}", std::strerror(errno)));
  std::unique_ptr<Child> child(new Child(loop, pid));
  report->write = Fd();
  if (const int error = failed_with(report->read); error != 0)
    return fail(fmt::format("cannot start {}: {}", argv.front(), std::strerror(error)));
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (process < 0) return fail(fmt::format("cannot watch process {}: {}", pid, std::strerror(errno)));
  child->process_.assign(process);
  if (options.capture) child->output_.assign(output->read.release());
  if (!options.ready_variable.empty()) child->ready_.assign(ready->read.release());
  return child;
}

Child::~Child() {
  if (status_) return;
  ::kill(pid_, SIGKILL);
  reap();
}

void Child::signal(int number) {
  if (!status_) ::kill(pid_, number);
}

void Child::reap() {
  int wait_status = 0;
  while (::waitpid(pid_, &wait_status, 0) < 0 && errno == EINTR) {
  }
  status_ = exit_status(wait_status);
}

asio::awaitable<int> Child::ended() {
  if (!status_) {
    // A process descriptor becomes readable when its process ends (pidfd_open(2)).
    co_await process_.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
    if (!status_) reap();
  }
  co_return *status_;
}

asio::awaitable<std::optional<std::string>> Child::next_line() {
  if (!output_.is_open()) co_return std::nullopt;
  const auto [error, size] =
      co_await asio::async_read_until(output_, asio::dynamic_buffer(text_, longest_line), '\n', as_values);
  if (error && text_.empty()) co_return std::nullopt;
  const auto length = error ? text_.size() : size;  // the end of the stream, or a line without end
  auto line = text_.substr(0, length);
  text_.erase(0, length);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  co_return line;
}

asio::awaitable<bool> Child::ready() {
  if (!ready_.is_open()) co_return false;
  std::array<char, 16> word{};
  const auto [error, size] = co_await ready_.async_read_some(asio::buffer(word), as_values);
  ready_.close();
  co_return !error && size > 0;
}

}  // namespace rootstock::rootfs
