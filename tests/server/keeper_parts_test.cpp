// The parts of the keeper that need no network: word to systemd, word from the worker, folders and lock.

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "server/keeper/premises.hpp"
#include "server/keeper/ready.hpp"
#include "server/keeper/systemd.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() {
    std::string name = "/tmp/rootstock-keeper-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

std::string received(int fd) {
  std::array<char, 256> buffer{};
  const auto size = ::read(fd, buffer.data(), buffer.size());
  return size < 0 ? "nothing" : std::string(buffer.data(), static_cast<std::size_t>(size));
}

Settings settings_in(const fs::path& folder) {
  Settings settings;
  settings.paths.run = folder / "run";
  settings.paths.state = folder / "state";
  return settings;
}

}  // namespace

TEST_CASE("systemd hears one datagram on its socket", "[keeper]") {
  const Folder folder;
  const auto name = (folder.path / "notify").string();
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name.c_str(), name.size());
  REQUIRE(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
  server::notify_systemd("READY=1\nSTATUS=serving");
  ::unsetenv("NOTIFY_SOCKET");
  server::notify_systemd("never sent");
  CHECK(received(fd) == "READY=1\nSTATUS=serving");
  CHECK(received(fd) == "nothing");
  ::close(fd);
}

TEST_CASE("the worker says once that it serves, and leaves no descriptor behind", "[keeper]") {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
  ::setenv(server::ready_variable, std::to_string(ends[1]).c_str(), 1);
  server::report_ready();
  server::report_ready();
  CHECK(received(ends[0]) == "READY\n");
  CHECK(received(ends[0]).empty());  // the end: the other side is closed
  CHECK(std::getenv(server::ready_variable) == nullptr);
  ::close(ends[0]);
}

TEST_CASE("the folders are made, and one instance holds them", "[keeper]") {
  const Folder folder;
  const auto settings = settings_in(folder.path);
  REQUIRE(server::make_folders(settings));
  REQUIRE(server::make_folders(settings));
  for (const auto& made : {settings.paths.run, settings.paths.images(), settings.paths.recipes()})
    CHECK(fs::is_directory(made));
  {
    const auto lock = server::InstanceLock::take(settings);
    REQUIRE(lock);
    const auto second = server::InstanceLock::take(settings);
    REQUIRE_FALSE(second);
    CHECK(second.error().what == "rootstock already runs with " + settings.paths.run.string() + " (process " +
                                     std::to_string(::getpid()) + ")");
  }
  CHECK(server::InstanceLock::take(settings));
}
