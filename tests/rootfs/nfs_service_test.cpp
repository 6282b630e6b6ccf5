#include "rootfs/nfs_service.hpp"

#include <sched.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>

#include "rootfs/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

constexpr auto head = "10.88.0.1";

/// A folder, a network namespace with the head's address, and the service in it. Lives in a child process.
struct Site {
  Site() {
    std::string name = "/tmp/rootstock-nfs-XXXXXX";
    folder = ::mkdtemp(name.data());
    fs::permissions(folder, fs::perms(0755));
    fs::create_directories(folder / "images");
    ok = ::unshare(CLONE_NEWNET) == 0 &&
         ip({"link", "add", "head0", "type", "veth", "peer", "name", "wire0"}) &&
         ip({"link", "set", "lo", "up"}) &&
         ip({"address", "add", std::string(head) + "/24", "dev", "head0"}) &&
         ip({"link", "set", "head0", "up"}) && ip({"link", "set", "wire0", "up"});
  }
  ~Site() { fs::remove_all(folder); }

  static bool ip(std::vector<std::string> words) {
    words.insert(words.begin(), "ip");
    const auto done = run(words);
    return done && done->status == 0;
  }

  NfsOptions options() {
    NfsOptions made;
    made.address = *Ipv4::parse(head);
    made.images = folder / "images";
    made.run = folder / "run";
    made.minor_version_0 = true;  // libnfs knows no sessions
    made.on_ready = [this] { ++times_ready; };
    return made;
  }

  void run_until(const std::function<bool()>& enough) {
    const auto until = std::chrono::steady_clock::now() + 15s;
    while (!enough() && std::chrono::steady_clock::now() < until) {
      loop.restart();
      loop.run_for(10ms);
    }
  }

  /// What an NFS client reads; the service runs beside in its own process.
  static std::string cat(const std::string& path) {
    const auto done = run({"timeout", "10", "nfs-cat",
                           "nfs://" + std::string(head) + "/images/" + path + "?version=4&nfsport=2049"});
    return done && done->status == 0 ? done->output : "failed: " + (done ? done->errors : done.error().what);
  }

  pid_t server() const {
    pid_t pid = 0;
    std::ifstream(folder / "run/nfs/pid") >> pid;
    return pid;
  }

  fs::path folder;
  asio::io_context loop;
  int times_ready = 0;
  bool ok = false;
};

void publish(const Site& site, const std::string& label, const std::string& text) {
  fs::create_directories(site.folder / "images" / label);
  std::ofstream(site.folder / "images" / label / "kernel") << text;
  fs::permissions(site.folder / "images" / label / "kernel", fs::perms(0600));
}

/// Starts on an empty store, publishes, kills, stops; the first thing that went wrong.
std::string life_of_a_server() {
  Site site;
  if (!site.ok) return "no network namespace";
  std::string said;
  NfsService service(site.loop, site.options(), [&](Severity severity, std::string_view line) {
    if (severity != Severity::debug) said += std::string(line) + "\n";
  });
  if (const auto started = service.start(); !started) return started.error().what;
  site.run_until([&] { return site.times_ready == 1; });
  if (site.times_ready != 1) return "not ready: " + said;
  publish(site, "compute/1", "one");
  if (const auto read = site.cat("compute/1/kernel"); read != "one") return read;
  publish(site, "compute/2", "two");
  if (const auto read = site.cat("compute/2/kernel"); read != "two") return read;
  if (!said.empty()) return "said: " + said;

  ::kill(site.server(), SIGKILL);
  site.run_until([&] { return site.times_ready == 2; });
  if (said != "the NFS server was killed by signal 9; starting it again in 0.1 s\n") return "said: " + said;
  if (const auto read = site.cat("compute/1/kernel"); read != "one") return read;

  const auto last = site.server();
  bool stopped = false;
  site.loop.restart();
  asio::co_spawn(site.loop, service.stop(), [&](std::exception_ptr) { stopped = true; });
  site.run_until([&] { return stopped; });
  return stopped && ::kill(last, 0) != 0 ? "well" : "not stopped";
}

/// Another program listens on the head's port of NFS.
asio::ip::tcp::acceptor taken_port(asio::io_context& loop) {
  return {loop, {asio::ip::make_address(head), 2049}, true};
}

/// Its port is gone when it comes back from a crash, and free again later.
std::string a_port_taken_for_a_while() {
  Site site;
  if (!site.ok) return "no network namespace";
  std::string said;
  NfsService service(site.loop, site.options(), [&](Severity severity, std::string_view line) {
    if (severity == Severity::error) said += std::string(line) + "\n";
  });
  if (const auto started = service.start(); !started) return started.error().what;
  site.run_until([&] { return site.times_ready == 1; });
  ::kill(site.server(), SIGKILL);
  {
    site.run_until([&] { return !said.empty(); });
    const auto thief = taken_port(site.loop);
    site.run_until([&] { return said.find("before it served") != std::string::npos; });
  }
  if (said.find("bind") == std::string::npos) return "does not say why: " + said;
  site.run_until([&] { return site.times_ready == 2; });
  return site.times_ready == 2 ? "well" : "not back: " + said;
}

}  // namespace

TEST_CASE("NFS-Ganesha serves an empty store, new generations without restart, and comes back after SIGKILL",
          "[nfs]") {
  if (!tests::is_root()) return;
  CHECK(test::in_child(life_of_a_server) == "well");
}

TEST_CASE("a port that is taken for a while is said, and NFS comes back when it is free", "[nfs]") {
  if (!tests::is_root()) return;
  CHECK(test::in_child(a_port_taken_for_a_while) == "well");
}

TEST_CASE("a port that is taken at the start is said, with the way to find by whom", "[nfs]") {
  if (!tests::is_root()) return;
  CHECK(test::in_child([]() -> std::string {
          Site site;
          const auto thief = taken_port(site.loop);
          NfsService service(site.loop, site.options(), [](Severity, std::string_view) {});
          const auto started = service.start();
          return started ? "started" : started.error().what + " | " + started.error().hint;
        }) ==
        "NFS cannot use 10.88.0.1:2049: another program listens there | "
        "find it with `ss -ltnp sport = :2049`, or change ports.nfs");
}

TEST_CASE("what keeps NFS from ever serving is one message with the way out", "[nfs]") {
  if (!tests::is_root()) return;
  const auto refusal = [](const std::function<void(Site&, NfsOptions&)>& spoil) {
    return test::in_child([&]() -> std::string {
      Site site;
      auto options = site.options();
      spoil(site, options);
      NfsService service(site.loop, options, [](Severity, std::string_view) {});
      const auto started = service.start();
      return started ? "started" : started.error().what + " | " + started.error().hint;
    });
  };
  CHECK(refusal([](Site&, NfsOptions& options) { options.program = "no-ganesha"; }) ==
        "no-ganesha is not installed | apt-get install nfs-ganesha nfs-ganesha-vfs");
  CHECK(refusal([](Site&, NfsOptions& options) { options.images = "/no/such/folder"; }) ==
        "there is no folder /no/such/folder | make it, or change paths.state");
  CHECK(
      refusal([](Site&, NfsOptions& options) { options.address = "10.9.9.9"_ip; }) ==
      "NFS cannot use 10.9.9.9:2049: Cannot assign requested address | see `ip address` and network.address");
}
