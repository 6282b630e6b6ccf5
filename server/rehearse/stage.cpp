#include "server/rehearse/stage.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "rootfs/process.hpp"
#include "server/cli/admin_client.hpp"

namespace rootstock::server {
namespace {

namespace fs = std::filesystem;
constexpr int exit_stage = 70;  ///< of the stage's first process: it said itself what went wrong

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void must(bool done, const std::string& what) {
  if (!done) throw Broken(fmt::format("cannot {}: {}", what, std::strerror(errno)));
}

void mount_memory(const fs::path& folder) {
  must(::mount("tmpfs", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0,
       "lay memory over " + folder.string());
}

/// The settings stay as they are; what they point to is another: an empty state, and the images read-only.
void set_scene(const Settings& settings) {
  const auto images = settings.paths.images();
  const int real_images = ::open(images.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  must(real_images >= 0, "open " + images.string());
  must(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0, "keep mounts to the rehearsal");
  must(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr) == 0, "mount /proc");
  ::mount("sysfs", "/sys", "sysfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);  // the network's own
  mount_memory("/run");
  std::error_code error;
  fs::create_directories(settings.paths.run, error);
  mount_memory(settings.paths.run);
  mount_memory(settings.paths.state);
  fs::create_directories(images, error);
  const auto source = fmt::format("/proc/self/fd/{}", real_images);
  must(::mount(source.c_str(), images.c_str(), nullptr, MS_BIND, nullptr) == 0,
       "show the images to the rehearsal");
  must(::mount(nullptr, images.c_str(), nullptr, MS_BIND | MS_REMOUNT | MS_RDONLY, nullptr) == 0,
       "make the images read-only");
  ::close(real_images);
}

void ip(std::vector<std::string> words) {
  words.insert(words.begin(), "ip");
  const auto done = rootfs::run(words);
  if (!done) throw Broken(done.error().what + " " + done.error().hint);
  if (done->status != 0) throw Broken(fmt::format("{}: {}", fmt::join(words, " "), done->errors));
}

/// Output goes to `log`, or where ours goes.
pid_t start(const std::vector<std::string>& words, const fs::path& log = {}) {
  const pid_t child = ::fork();
  must(child >= 0, "start a process");
  if (child > 0) return child;
  if (!log.empty()) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::setpgid(0, 0);  // Ctrl-C is for the fleet, which reports then
  }
  std::vector<char*> argv;
  for (const auto& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::unsetenv("NOTIFY_SOCKET");
  ::signal(SIGINT, SIG_DFL);
  ::execv(argv[0], argv.data());
  ::_exit(127);
}

int status_of(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

void show_end_of(const fs::path& log) {
  constexpr std::size_t shown = 15;
  std::vector<std::string> lines;
  std::ifstream in(log);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  fmt::print(stderr, "the head's log ends with:\n");
  for (std::size_t at = lines.size() > shown ? lines.size() - shown : 0; at < lines.size(); ++at)
    fmt::print(stderr, "  {}\n", lines[at]);
}

/// Until the head answers. This process is the first of its world: orphans are its to bury.
void wait_until_ready(const Settings& settings, pid_t head) {
  using namespace std::chrono_literals;
  for (int tries = 0; tries < 150; ++tries) {
    int status = 0;
    if (::waitpid(head, &status, WNOHANG) == head)
      throw Broken(fmt::format("the head did not start (exit {})", status_of(status)));
    if (ask(settings.paths.socket(), "/status")) return;
    std::this_thread::sleep_for(200ms);
  }
  throw Broken("the head did not answer within 30 s");
}

/// Nobody stands by a rehearsal to let each board in.
void open_door(const Settings& settings) {
  if (settings.nodes.join == JoinMode::open) return;
  constexpr int whole_day = 24 * 3600;
  const auto opened = post(settings.paths.socket(), "/nodes/join", {{"seconds", whole_day}});
  if (!opened) throw Broken("the rehearsal's head lets no new board in: " + opened.error().failure.what);
}

int wait_for(pid_t child) {
  for (;;) {
    int status = 0;
    const pid_t gone = ::wait(&status);
    if (gone == child) return status_of(status);
    if (gone < 0 && errno != EINTR) return exit_stage;
  }
}

int play_inside(const Play& play, const std::string& rootstock) {
  const auto log = play.settings.paths.run / "rehearsal.log";
  try {
    set_scene(play.settings);
    const auto& interface = play.settings.network.interface;
    ip({"link", "set", "lo", "up"});
    ip({"tuntap", "add", interface, "mode", "tap"});
    ip({"link", "set", interface, "up"});
    const auto head = start({rootstock, "--config", play.settings_file.string(), "serve"}, log);
    wait_until_ready(play.settings, head);
    open_door(play.settings);
    const int status = wait_for(start(play.fleet));
    if (status != 0) show_end_of(log);
    ::kill(head, SIGTERM);
    wait_for(head);
    return status;
  } catch (const Broken& broken) {
    fmt::print(stderr, "rootstock: the rehearsal cannot begin: {}\n", broken.what());
    if (fs::exists(log)) show_end_of(log);
    return exit_stage;
  }
}

/// The first process of the stage dies with us, also when we are killed before it has asked for that.
void depend_on(int parents_word) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  char word = 0;
  if (::read(parents_word, &word, 1) != 1) ::_exit(exit_stage);
  ::close(parents_word);
}

}  // namespace

Result<int, Failure> perform(const Play& play) {
  std::error_code error;
  const auto rootstock = fs::read_symlink("/proc/self/exe", error).string();
  std::array<int, 2> word{};
  if (::pipe2(word.data(), O_CLOEXEC) != 0 ||
      ::unshare(CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS) != 0)
    return fail(fmt::format("cannot make namespaces for the rehearsal: {}", std::strerror(errno)),
                "it needs root, and a kernel or container that allows namespaces");
  const pid_t child = ::fork();
  if (child < 0) return fail(fmt::format("cannot start a process: {}", std::strerror(errno)));
  if (child == 0) {
    ::close(word[1]);
    depend_on(word[0]);
    ::signal(SIGINT, SIG_IGN);
    const int status = play_inside(play, rootstock);
    std::fflush(nullptr);
    ::_exit(status);
  }
  ::close(word[0]);
  ::signal(SIGINT, SIG_IGN);  // the fleet reports what it has, and then all ends in order
  if (::write(word[1], "!", 1) != 1) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status_of(status);
}

Result<fs::path, Failure> fleet_program() {
  std::error_code error;
  const auto here = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (const auto* place : {"../libexec/rootstock/rootstock-fleet", "../tests/fleet/rootstock-fleet"})
    if (const auto program = (here / place).lexically_normal(); fs::exists(program, error)) return program;
  return fail(fmt::format("rootstock-fleet, which plays the boards, is not beside {}", here.string()),
              "install Rootstock again: server/run, or cmake --install");
}

unsigned memory_available() {
  std::ifstream in("/proc/meminfo");
  for (std::string name, rest; in >> name && std::getline(in, rest);)
    if (name == "MemAvailable:") return static_cast<unsigned>(std::strtoul(rest.c_str(), nullptr, 10) / 1024);
  return ~0U;
}

}  // namespace rootstock::server
