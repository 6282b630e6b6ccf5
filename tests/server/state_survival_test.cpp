#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <map>
#include <random>
#include <sstream>
#include <thread>

#include "tests/server/state_support.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace rootstock::test;

TEST_CASE("a full disk refuses, keeps the state whole, and goes on when space returns", "[state]") {
  if (!tests::is_root()) return;
  const Folder folder;
  const auto outcome = in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
      return "no mount namespace";
    if (::mount("tmpfs", folder.path.c_str(), "tmpfs", 0, "size=512k") != 0) return "no tmpfs";
    const auto ballast = folder.path / "ballast";
    asio::io_context loop;
    std::uint32_t acknowledged = 0;
    {
      auto opened = State::open(folder.file(), loop);
      if (!opened) return opened.error().what;
      auto& state = **opened;
      if (!commit(state, loop, {lease(acknowledged++)})) return "refused too early";
      std::ofstream(ballast) << std::string(1 << 20, 'b');  // takes all that is left
      while (commit(state, loop, {lease(acknowledged)})) ++acknowledged;
      state.save(node(5));
      if (commit(state, loop, {lease(77777)})) return "accepted on a full disk";
      std::filesystem::remove(ballast);
      if (!commit(state, loop, {lease(88888)})) return "refused although space returned";
    }
    auto again = State::open(folder.file(), loop);
    if (!again) return again.error().what;
    std::map<std::uint64_t, LeaseRecord> found;
    for (const auto& record : (*again)->leases()) found[record.mac.number()] = record;
    for (std::uint32_t i = 0; i < acknowledged; ++i)
      if (!found.contains(mac_of(i).number())) return "an acknowledged lease is gone";
    if (found.contains(mac_of(77777).number())) return "a refused lease is there";
    if (!found.contains(mac_of(88888).number())) return "the last lease is gone";
    return (*again)->nodes().size() == 1 ? "whole" : "the node that waited is gone";
  });
  CHECK(outcome == "whole");
}

namespace {

/// Commits small groups for ever and prints each lease once it is acknowledged, as "number value\n".
[[noreturn]] void acknowledge_for_ever(const std::filesystem::path& file, int out, std::uint32_t seed) {
  asio::io_context loop;
  auto opened = State::open(file, loop);
  if (!opened) ::_exit(1);
  auto state = std::move(*opened);
  std::mt19937 random(seed);
  std::int64_t value = static_cast<std::int64_t>(seed) * 1'000'000;
  for (;;) {
    std::vector<LeaseRecord> group;
    std::string lines;
    for (auto size = 1 + random() % 20; size > 0; --size) {
      const auto number = static_cast<std::uint32_t>(random() % 500);
      group.push_back(lease(number, Wall::time_point{std::chrono::seconds(++value)}));
      lines += std::to_string(number) + " " + std::to_string(value) + "\n";
    }
    if (!commit(*state, loop, group)) ::_exit(2);
    if (::write(out, lines.data(), lines.size()) < 0) ::_exit(3);
  }
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> part;
  for (ssize_t got = 0; (got = ::read(fd, part.data(), part.size())) > 0;)
    text.append(part.data(), static_cast<std::size_t>(got));
  return text;
}

}  // namespace

TEST_CASE("SIGKILL at any moment loses no acknowledged lease", "[state]") {
  const Folder folder;
  std::map<std::uint64_t, std::int64_t> acknowledged;
  std::mt19937 random(7);
  for (std::uint32_t round = 1; round <= 15; ++round) {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = ::fork();
    if (child == 0) acknowledge_for_ever(folder.file(), ends[1], round);
    ::close(ends[1]);
    std::string printed;
    std::thread reader([&] { printed = read_all(ends[0]); });
    std::this_thread::sleep_for(std::chrono::milliseconds(30 + random() % 60));
    ::kill(child, SIGKILL);
    reader.join();
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));

    std::istringstream lines(printed);
    std::uint32_t number = 0;
    for (std::int64_t value = 0; lines >> number >> value;) acknowledged[mac_of(number).number()] = value;
    asio::io_context loop;
    const auto state = open(folder.file(), loop);
    std::map<std::uint64_t, std::int64_t> kept;
    for (const auto& record : state->leases())
      kept[record.mac.number()] =
          std::chrono::duration_cast<std::chrono::seconds>(record.until.time_since_epoch()).count();
    for (const auto& [mac, value] : acknowledged) REQUIRE(kept[mac] >= value);
  }
  CHECK(acknowledged.size() > 100);
}

// Hidden: a measurement, not a check. server_tests '[rate]'
TEST_CASE("lease upserts per second", "[.][rate]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  for (const std::size_t group : {1u, 5u, 10u, 20u, 50u}) {
    std::mt19937 random(1);
    std::size_t committed = 0;
    const auto wall = std::chrono::steady_clock::now();
    const auto cpu = std::clock();
    const auto elapsed = [&] {
      return std::chrono::duration<double>(std::chrono::steady_clock::now() - wall).count();
    };
    std::function<void(bool)> next = [&](bool) {
      if (elapsed() > 2) return;
      std::vector<LeaseRecord> changes;
      for (std::size_t i = 0; i < group; ++i)
        changes.push_back(lease(static_cast<std::uint32_t>(random() % 1000), Wall::now()));
      committed += group;
      state->commit(std::move(changes), next);
    };
    next(true);
    loop.restart();
    loop.run();
    const auto seconds = elapsed();
    std::printf("groups of %2zu: %6.0f leases/s, %.2f cores\n", group,
                static_cast<double>(committed) / seconds,
                static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC / seconds);
  }
}
