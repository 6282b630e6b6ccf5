// Ports that are really held, by processes that are really there; on loopback, above 1024.
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "server/host/check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;
using tests::write_file;

namespace {

/// A socket that listens at a port of its own.
class Holder {
 public:
  Holder() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(fd_, 1) == 0);
    REQUIRE(::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
  }
  ~Holder() { ::close(fd_); }
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

struct Host {
  tests::TempFolder run;
  Settings settings;
  Holder holder;

  Host() {
    settings.network.interface = "lo";
    settings.network.address = "127.0.0.1"_ip;
    settings.paths.run = run.path();
    settings.ports = {20067, 20069, holder.port(), 22049};
  }
  /// What is said of the port that is held; empty when nothing is.
  std::string said() const {
    Findings found;
    check_ports(settings, found);
    for (const auto& finding : found)
      if (finding.what.find(fmt::format("port {} ", holder.port())) != std::string::npos)
        return finding.what + "; " + finding.hint;
    return {};
  }
};

}  // namespace

TEST_CASE("a port that is held is named with its holder, also when that is another rootstock") {
  const Host host;  // held by this very program, as another instance would be
  CHECK(host.said().find(fmt::format("held by server_tests (process {})", ::getpid())) != std::string::npos);
  CHECK(host.said().find(fmt::format("kill {}", ::getpid())) != std::string::npos);
  write_file(host.settings.paths.pid_file(), "1\n");
  CHECK_FALSE(host.said().empty());
}

TEST_CASE("what the service of these settings holds is no rival of it") {
  const Host host;
  write_file(host.settings.paths.pid_file(), fmt::format("{}\n", ::getpid()));
  CHECK(host.said().empty());  // its keeper
  write_file(host.settings.paths.pid_file(), fmt::format("{}\n", ::getppid()));
  CHECK(host.said().empty());  // what its keeper started
}

TEST_CASE("a port that is free again is no finding") {
  Host host;
  host.settings.ports.http = Holder{}.port();
  CHECK(host.said().empty());
  Findings found;
  check_ports(host.settings, found);
  for (const auto& finding : found) CHECK(finding.what.find("http") == std::string::npos);
}
