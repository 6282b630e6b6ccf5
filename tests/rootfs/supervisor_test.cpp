#include "rootfs/supervisor.hpp"

#include <linux/capability.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using namespace std::chrono_literals;
namespace asio = boost::asio;

namespace {

/// A shell script under supervision, and what was said of it.
struct Stage {
  Program script(const std::string& text) {
    Program program;
    program.name = "the script";
    program.argv = {"bash", "-c", text};
    program.options.capture = true;
    program.options.ready_variable = "READY_FD";
    program.on_line = [this](std::string_view line) { lines.emplace_back(line); };
    program.on_ready = [this] { ++times_ready; };
    return program;
  }

  /// Runs until `enough`, then stops the program in order.
  void play(Program program, const std::function<bool()>& enough, std::chrono::milliseconds limit = 5s) {
    Supervisor supervisor(loop, std::move(program), [this](Severity severity, std::string_view line) {
      if (severity != Severity::debug) said.emplace_back(line);
    });
    supervisor.start();
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!enough() && std::chrono::steady_clock::now() < until) {
      loop.restart();
      loop.run_for(10ms);
    }
    loop.restart();
    bool stopped = false;
    asio::co_spawn(loop, supervisor.stop(), [&](std::exception_ptr) { stopped = true; });
    while (!stopped) loop.run_for(10ms);
    loop.run_for(10ms);
  }

  asio::io_context loop;
  std::vector<std::string> lines, said;
  int times_ready = 0;
};

const std::string report_ready = "echo READY >&$READY_FD; ";

}  // namespace

TEST_CASE("lines of the program come to us, from both its streams", "[supervisor]") {
  Stage stage;
  stage.play(stage.script(report_ready + "echo one; echo two >&2; exec sleep 60"),
             [&] { return stage.lines.size() == 2 && stage.times_ready == 1; });
  CHECK(stage.lines == std::vector<std::string>{"one", "two"});
  CHECK(stage.said.empty());
}

TEST_CASE("a killed program is started again, and it is said", "[supervisor]") {
  Stage stage;
  stage.play(stage.script(report_ready + "echo $$; exec sleep 60"), [&] {
    if (stage.lines.size() == 1 && stage.times_ready == 1) ::kill(std::stoi(stage.lines[0]), SIGKILL);
    return stage.times_ready == 2 && stage.lines.size() == 2;
  });
  CHECK(stage.lines.size() == 2);
  CHECK(stage.said ==
        std::vector<std::string>{"the script was killed by signal 9; starting it again in 0.1 s"});
}

TEST_CASE("a program that fails before it serves can be given up", "[supervisor]") {
  Stage stage;
  auto program = stage.script("exit 2");
  int status = 0;
  program.on_early_end = [&](int code) {
    status = code;
    return false;
  };
  stage.play(std::move(program), [&] { return status != 0; });
  CHECK(status == 2);
  CHECK(stage.said.empty());
}

TEST_CASE("a program that no longer answers is killed and started again", "[supervisor]") {
  Stage stage;
  auto program = stage.script("echo up; exec sleep 60");
  int asked = 0;
  program.options.ready_variable.clear();
  program.probe = [&]() -> asio::awaitable<bool> { co_return ++asked<3 || stage.lines.size()> 1; };
  program.probe_interval = 10ms;
  stage.play(std::move(program), [&] { return stage.times_ready == 2; });
  CHECK(stage.times_ready == 2);
  CHECK(stage.said ==
        std::vector<std::string>{"the script does not answer: killed",
                                 "the script was killed by signal 9; starting it again in 0.1 s"});
}

TEST_CASE("a program that never gets ready is killed", "[supervisor]") {
  Stage stage;
  auto program = stage.script("exec sleep 60");
  program.start_patience = 50ms;
  stage.play(std::move(program), [&] { return stage.said.size() >= 2; });
  REQUIRE(stage.said.size() >= 2);
  CHECK(stage.said[0] == "the script does not get ready: killed");
  CHECK(stage.said[1] == "the script was killed by signal 9 before it served; starting it again in 0.1 s");
}

TEST_CASE("a program that ignores SIGTERM is killed after the grace", "[supervisor]") {
  Stage stage;
  auto program = stage.script("trap '' TERM; " + report_ready + "while :; do sleep 1; done");
  program.stop_grace = 100ms;
  stage.play(std::move(program), [&] { return stage.times_ready == 1; });
  CHECK(stage.said == std::vector<std::string>{"the script does not stop: killed"});
}

TEST_CASE("a missing program is said and tried again", "[supervisor]") {
  Stage stage;
  auto program = stage.script("");
  program.argv = {"no-such-program-here"};
  stage.play(std::move(program), [&] { return stage.said.size() >= 2; });
  REQUIRE(stage.said.size() >= 2);
  CHECK(stage.said[0] == "the script: cannot start no-such-program-here: No such file or directory");
}

TEST_CASE("a program runs as another user with exactly the capabilities it was given", "[supervisor]") {
  if (!tests::is_root()) return;
  Stage stage;
  auto program =
      stage.script(report_ready + "grep -E '^(Cap|Uid|Groups|NoNew)' /proc/self/status; exec sleep 60");
  program.options.rights = Rights{"nobody", "nogroup", {CAP_DAC_READ_SEARCH}};
  stage.play(std::move(program), [&] { return stage.lines.size() == 8; });
  const auto has = [&](const std::string& line) {
    return std::find(stage.lines.begin(), stage.lines.end(), line) != stage.lines.end();
  };
  CHECK(has("Uid:\t65534\t65534\t65534\t65534"));
  for (const auto* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"})
    CHECK(has(std::string(set) + ":\t0000000000000004"));
  CHECK(has("NoNewPrivs:\t1"));
}

TEST_CASE("the program dies with us, also as another user", "[supervisor]") {
  const auto rights =
      GENERATE(std::optional<Rights>{}, std::optional<Rights>{Rights{"nobody", "nogroup", {}}});
  if (rights && !tests::is_root()) return;
  const auto pid = test::in_child([&]() -> std::string {
    asio::io_context loop;
    ChildOptions options;
    options.rights = rights;
    auto child = Child::start(loop, {"sleep", "60"}, options);
    if (!child) return "0";
    const auto number = std::to_string((*child)->pid());
    (void)child->release();  // as after SIGKILL: nothing is cleaned up
    return number;
  });
  REQUIRE(std::stoi(pid) > 0);
  // An orphan's parent reaps it at its leisure: a zombie holds nothing any more.
  const auto is_gone = [&] {
    std::ifstream status("/proc/" + pid + "/stat");
    const std::string text{std::istreambuf_iterator<char>(status), {}};
    return text.empty() || text.find(") Z ") != std::string::npos;
  };
  for (int i = 0; i < 100 && !is_gone(); ++i) ::usleep(10'000);
  CHECK(is_gone());
}
