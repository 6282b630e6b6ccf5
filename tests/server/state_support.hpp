#pragma once
// What the tests of the state share: a folder, leases and nodes to keep, a commit that waits.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/state/state.hpp"
#include "tests/support/catch.hpp"

namespace rootstock::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Wall = std::chrono::system_clock;
using dhcp::LeaseRecord;
using server::NodeRecord;
using server::State;

/// A folder of its own that goes when the test ends.
struct Folder {
  Folder() {
    std::string name = "/tmp/rootstock-state-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path file() const { return path / "state.db"; }

  std::filesystem::path path;
};

inline Mac mac_of(std::uint32_t number) {
  Mac mac;
  mac.bytes = {0x02,
               0,
               static_cast<std::uint8_t>(number >> 24),
               static_cast<std::uint8_t>(number >> 16),
               static_cast<std::uint8_t>(number >> 8),
               static_cast<std::uint8_t>(number)};
  return mac;
}

inline LeaseRecord lease(std::uint32_t number, Wall::time_point until = Wall::time_point{1h}) {
  return {mac_of(number), Ipv4{0x0a4d0000u + number}, until, false};
}

inline NodeRecord node(int number) {
  NodeRecord made;
  made.name = "node" + std::to_string(number);
  made.number = number;
  made.mac = mac_of(static_cast<std::uint32_t>(number));
  made.address = Ipv4{0x0a4d0000u + static_cast<std::uint32_t>(number)};
  made.dialect = "uefi-x64";
  made.machine_id = std::string(32, 'a');
  made.host_secret = "-----BEGIN\n'quoted'\n";
  made.host_public = "ssh-ed25519 AAAA";
  made.generation = "compute/7";
  made.architecture = "arm64";
  made.serial = "1234abcd";
  made.joined = Wall::time_point{100s};
  made.last_up = Wall::time_point{200s + 1ns};
  return made;
}

/// Commits and runs the loop until the answer is there.
inline bool commit(State& state, asio::io_context& loop, std::vector<LeaseRecord> changes) {
  bool answer = false;
  state.commit(std::move(changes), [&](bool done) { answer = done; });
  loop.restart();
  loop.run();
  return answer;
}

inline std::unique_ptr<State> open(const std::filesystem::path& file, asio::io_context& loop) {
  auto state = State::open(file, loop);
  if (!state) FAIL(state.error().what);
  return std::move(*state);
}

}  // namespace rootstock::test
