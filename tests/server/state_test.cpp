#include "server/state/state.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <thread>
#include <tuple>

#include "server/state/database.hpp"
#include "tests/server/state_support.hpp"

using namespace rootstock;
using namespace rootstock::test;
using server::Database;

namespace {

bool same(const NodeRecord& a, const NodeRecord& b) {
  const auto tied = [](const NodeRecord& n) {
    return std::tie(n.name, n.number, n.mac, n.address, n.dialect, n.machine_id, n.host_secret, n.host_public,
                    n.generation, n.architecture, n.serial, n.joined, n.last_up);
  };
  return tied(a) == tied(b);
}

bool same(const LeaseRecord& a, const LeaseRecord& b) {
  return std::tie(a.mac, a.address, a.until, a.seated) == std::tie(b.mac, b.address, b.until, b.seated);
}

Failure refusal(const std::filesystem::path& file) {
  asio::io_context loop;
  auto state = State::open(file, loop);
  return state ? Failure{"opened", ""} : state.error();
}

}  // namespace

TEST_CASE("what was committed is there after reopening", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto renewed = lease(2, Wall::time_point{5h});
  renewed.seated = true;
  const auto endless = lease(3, Wall::time_point::max());
  {
    auto state = open(folder.file(), loop);
    CHECK(state->leases().empty());
    CHECK(state->nodes().empty());
    CHECK(commit(*state, loop, {lease(1), lease(2), endless}));
    state->save(node(11));
    state->save(node(2));
    CHECK(commit(*state, loop, {renewed}));
  }
  const auto state = open(folder.file(), loop);
  REQUIRE(state->leases().size() == 3);
  CHECK(same(state->leases()[0], lease(1)));
  CHECK(same(state->leases()[1], endless));
  CHECK(same(state->leases()[2], renewed));
  REQUIRE(state->nodes().size() == 2);
  CHECK(same(state->nodes()[0], node(2)));
  CHECK(same(state->nodes()[1], node(11)));
}

TEST_CASE("a node rides with the next commit", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  state->save(node(1));
  REQUIRE(commit(*state, loop, {lease(1)}));
  auto other = Database::open(folder.file());
  REQUIRE(other);
  CHECK(other->nodes()->size() == 1);
}

TEST_CASE("a node alone reaches the disk soon, and the last save counts", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  state->save(node(1));
  auto later = node(1);
  later.generation = "compute/8";
  state->save(later);
  auto other = Database::open(folder.file());
  REQUIRE(other);
  const auto before = std::chrono::steady_clock::now();
  while (other->nodes()->empty() && std::chrono::steady_clock::now() - before < 2s)
    std::this_thread::sleep_for(10ms);
  CHECK(std::chrono::steady_clock::now() - before < 1s);
  REQUIRE(other->nodes()->size() == 1);
  CHECK(other->nodes()->front().generation == "compute/8");
}

TEST_CASE("a forgotten seat is gone with the lease of its board, but for its number", "[state]") {
  const Folder folder;
  asio::io_context loop;
  {
    auto state = open(folder.file(), loop);
    CHECK(state->last_number() == 0);
    for (const int number : {1, 2, 7}) state->save(node(number));
    REQUIRE(commit(*state, loop, {lease(1), lease(2), lease(7)}));
    server::BootRow boot;
    boot.number = 7;
    boot.started += std::chrono::hours{1};
    state->save_boot(boot);
    state->forget(node(7));
    state->forget(node(2));
    REQUIRE(commit(*state, loop, {}));
    const auto boots = state->boots_of(7);
    REQUIRE(boots);
    CHECK(boots->empty());  // nor is one written after its seat is gone
  }
  const auto state = open(folder.file(), loop);
  REQUIRE(state->nodes().size() == 1);
  CHECK(state->nodes().front().number == 1);
  REQUIRE(state->leases().size() == 1);
  CHECK(state->leases().front().mac == node(1).mac);
  CHECK(state->last_number() == 7);
}

TEST_CASE("what is queued at the end is written", "[state]") {
  const Folder folder;
  asio::io_context loop;
  {
    auto state = open(folder.file(), loop);
    state->save(node(1));
    state->commit({lease(1)}, [](bool) {});
  }
  const auto state = open(folder.file(), loop);
  CHECK(state->nodes().size() == 1);
  CHECK(state->leases().size() == 1);
}

TEST_CASE("commits that wait together are all answered, in order", "[state]") {
  const Folder folder;
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 200; ++i)
    state->commit({lease(i)}, [&order, i](bool done) {
      CHECK(done);
      order.push_back(i);
    });
  loop.run();
  REQUIRE(order.size() == 200);
  CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("nobody else reads the nodes' secrets", "[state]") {
  const Folder folder;
  std::ofstream(folder.file()).close();
  std::filesystem::permissions(folder.file(), std::filesystem::perms(0644));
  asio::io_context loop;
  auto state = open(folder.file(), loop);
  REQUIRE(commit(*state, loop, {lease(1)}));
  for (const auto* side : {"", "-wal", "-shm"}) {
    struct stat status {};
    REQUIRE(::stat((folder.file().string() + side).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
  }
}

TEST_CASE("nobody was heard at a time to come: the clock was set back since", "[state]") {
  const Folder folder;
  asio::io_context loop;
  const auto now = Wall::now();
  {
    auto state = open(folder.file(), loop);
    auto of_the_other_clock = node(1), heard = node(2);
    of_the_other_clock.last_heard = now + 48h;
    heard.last_heard = now - 48h;
    for (const auto& one : {of_the_other_clock, heard, node(3)}) state->save(one);
  }
  for (int run = 0; run < 2; ++run) {
    const auto state = open(folder.file(), loop);
    REQUIRE(state->nodes().size() == 3);
    CHECK(state->nodes()[0].last_heard >= now);
    CHECK(state->nodes()[0].last_heard <= Wall::now());
    CHECK(state->nodes()[1].last_heard == now - 48h);
    CHECK(state->nodes()[2].last_heard == Wall::time_point{});
  }
}

TEST_CASE("a file that cannot be used is named, with the way out", "[state]") {
  const Folder folder;
  const auto name = folder.file().string();
  SECTION("no folder") {
    CHECK(refusal(folder.path / "missing" / "state.db").what ==
          "cannot open " + (folder.path / "missing" / "state.db").string() + ": No such file or directory");
  }
  SECTION("not a database") {
    std::ofstream(folder.file()) << std::string(8192, 'x');
    CHECK(refusal(folder.file()).what == name + " is damaged: file is not a database");
    CHECK(refusal(folder.file()).hint == "restore a copy, or start afresh (nodes will join anew): mkdir " +
                                             folder.path.string() + "/damaged && mv " + name + "* " +
                                             folder.path.string() + "/damaged");
  }
  SECTION("a damaged page") {
    asio::io_context loop;
    {
      auto state = open(folder.file(), loop);
      std::vector<LeaseRecord> many;
      for (std::uint32_t i = 0; i < 2000; ++i) many.push_back(lease(i));
      REQUIRE(commit(*state, loop, many));
    }
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(3 * 4096);
    file << std::string(4096, '\xff');
    file.close();
    CHECK(refusal(folder.file()).what.find(name + " is damaged: ") == 0);
  }
  SECTION("a newer format") {
    { REQUIRE(Database::open(folder.file())); }
    std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);  // the file format keeps user_version here, big-endian
    file.write("\0\0\0\x63", 4);
    file.close();
    CHECK(refusal(folder.file()).what ==
          name + " was written by a newer rootstock (format 99, this one knows 3)");
  }
}
