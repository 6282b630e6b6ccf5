#include "rootfs/process.hpp"

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using namespace rootstock;
using rootfs::run;

TEST_CASE("a program's output, errors and status come back", "[process]") {
  const auto finished = run({"sh", "-c", "echo out; echo err >&2; exit 3"});
  REQUIRE(finished);
  CHECK(finished->status == 3);
  CHECK(finished->output == "out\n");
  CHECK(finished->errors == "err\n");
}

TEST_CASE("a missing program is a failure that names the package", "[process]") {
  const auto squash = run({"no-such-program-here"});
  REQUIRE_FALSE(squash);
  CHECK(squash.error().what == "no-such-program-here is not installed");
  CHECK(squash.error().hint == "install it: apt-get install no-such-program-here");
}

TEST_CASE("input is fed whole, more than a pipe holds", "[process]") {
  rootfs::RunOptions options;
  options.input = std::string(1 << 20, 'x');
  const auto finished = run({"wc", "-c"}, options);
  REQUIRE(finished);
  CHECK(finished->output == "1048576\n");
  CHECK(run({"true"}, options)->status == 0);  // a program that never reads is no error
}

TEST_CASE("lines come while the program runs, cut at newlines and carriage returns", "[process]") {
  std::vector<std::string> out, err;
  rootfs::RunOptions options;
  options.environment["GREETING"] = "hello";
  options.on_output_line = [&](std::string_view line) { out.emplace_back(line); };
  options.on_error_line = [&](std::string_view line) { err.emplace_back(line); };
  REQUIRE(run({"sh", "-c", R"(printf '10%%\r20%%\r\nlast'; printf "$GREETING\n" >&2)"}, options));
  CHECK(out == std::vector<std::string>{"10%", "20%", "last"});
  CHECK(err == std::vector<std::string>{"hello"});
}

TEST_CASE("a program killed by a signal ends with 128 and the number", "[process]") {
  CHECK(run({"sh", "-c", "kill -9 $$"})->status == 128 + 9);
}

TEST_CASE("stop ends the program and its children at once", "[process]") {
  rootfs::RunOptions options;
  options.stop = [] { return true; };
  const auto before = std::chrono::steady_clock::now();
  const auto finished = run({"sh", "-c", "sleep 60 & sleep 60"}, options);
  REQUIRE(finished);
  CHECK(finished->stopped);
  CHECK(finished->status == 128 + 15);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(5));
}

TEST_CASE("a daemon that keeps the pipes open does not hold us", "[process]") {
  const auto before = std::chrono::steady_clock::now();
  const auto finished = run({"sh", "-c", "sleep 3 & echo started"});
  REQUIRE(finished);
  CHECK(finished->output == "started\n");
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(2));
}
