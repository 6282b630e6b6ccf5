// A command that ends without its last word: what it changed is put right by a process that outlives it.
#include "server/power/caretaker.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "tests/support/catch.hpp"

using namespace rootstock::server;

namespace {

/// What the caretaker of a process puts right that does `work` and then ends by `number`; 0: in order.
std::string put_right_after(int number, const std::function<void(Caretaker&)>& work) {
  std::array<int, 2> note{};
  REQUIRE(::pipe(note.data()) == 0);
  const pid_t command = ::fork();
  if (command == 0) {
    ::close(note[0]);
    {
      Caretaker caretaker([&](const Marks& marks) {
        const auto text =
            fmt::format("{}|{}", fmt::join(marks.waiting, ","), fmt::join(marks.sent_down, ","));
        [[maybe_unused]] const auto written = ::write(note[1], text.data(), text.size());
      });
      work(caretaker);
      std::signal(SIGABRT, SIG_DFL);  // not the test framework's own
      if (number != 0) ::raise(number);
    }
    ::_exit(0);
  }
  ::close(note[1]);
  ::waitpid(command, nullptr, 0);
  std::array<char, 16384> text{};
  const auto got = ::read(note[0], text.data(), text.size());  // ends with the last process that may write
  ::close(note[0]);
  return std::string(text.data(), static_cast<std::size_t>(got));
}

}  // namespace

TEST_CASE("what a command that was killed has marked is put right") {
  const int number = GENERATE(SIGKILL, SIGHUP, SIGPIPE, SIGABRT);
  CHECK(put_right_after(number, [](Caretaker& caretaker) {
          caretaker.remember({{"node01", "node02"}, {}});
          caretaker.remember({{"node01"}, {"node02"}});
        }) == "node01|node02");
}

TEST_CASE("what a command has put right itself is left alone") {
  const int number = GENERATE(SIGKILL, 0);
  CHECK(put_right_after(number, [](Caretaker& caretaker) {
          caretaker.remember({{"node01"}, {}});
          caretaker.remember({});
        }).empty());
}

TEST_CASE("a command that ends in order leaves nothing to do") {
  CHECK(put_right_after(0, [](Caretaker& caretaker) { caretaker.remember({{}, {"node01"}}); }).empty());
}

TEST_CASE("a thousand nodes are remembered as well") {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back(fmt::format("node{:04}", i));
  CHECK(put_right_after(SIGKILL, [&](Caretaker& caretaker) {
          for (int i = 0; i < 50; ++i) {
            caretaker.remember({names, {}});
            caretaker.remember({{}, names});
          }
        }) == fmt::format("|{}", fmt::join(names, ",")));
}
