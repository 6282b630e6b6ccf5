// Many packets per system call, over real sockets on the loopback interface.
#include "tftp/socket_batch.hpp"

#include <arpa/inet.h>

#include "tests/support/catch.hpp"
#include "tests/tftp/lossy_link.hpp"
#include "tftp/socket.hpp"

using namespace rootstock;
using namespace rootstock::tftp;
using namespace rootstock::tftp::testing;

namespace {

constexpr Ipv4 loopback{0x7f000001};

/// A server's socket and a client's, and what passes between them.
struct Wire {
  UdpSocket server = UdpSocket::open("", loopback, 0).value();
  UdpSocket client = UdpSocket::open("", loopback, 0).value();
  Outbox outbox{{server.fd()}};
  Client to{loopback, port_of(client)};

  static std::uint16_t port_of(const UdpSocket& socket) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
  }

  /// udp(7): a socket that leaves checksums out is refused UDP_SEGMENT, as all are where a kernel or a device
  /// lacks it.
  void refuse_segments() {
    const int on = 1;
    REQUIRE(::setsockopt(server.fd(), SOL_SOCKET, SO_NO_CHECK, &on, sizeof on) == 0);
  }

  void posts(const std::vector<std::byte>& content, std::size_t segment) {
    std::ranges::copy(content, outbox.room(content.size()).begin());
    outbox.post(0, to, {content.size(), segment});
  }

  std::vector<Datagram> heard() {
    std::vector<Datagram> all;
    Inbox inbox;
    while (true) {
      const auto batch = inbox.receive(client.fd());
      for (const auto& [from, bytes] : batch) all.emplace_back(bytes.begin(), bytes.end());
      if (batch.size() < Inbox::capacity) return all;
    }
  }
};

std::vector<Datagram> cut(const std::vector<std::byte>& content, std::size_t segment) {
  std::vector<Datagram> pieces;
  for (std::size_t at = 0; at < content.size(); at += segment) {
    const auto piece = std::span{content}.subspan(at, std::min(segment, content.size() - at));
    pieces.emplace_back(piece.begin(), piece.end());
  }
  return pieces;
}

}  // namespace

TEST_CASE("a burst leaves as one datagram per block") {
  Wire wire;
  const auto content = pattern(64 * 516 - 100);
  wire.posts(content, 516);
  wire.outbox.flush();
  CHECK(wire.outbox.take_unsent().empty());
  CHECK(wire.heard() == cut(content, 516));
}

TEST_CASE("where the kernel refuses to cut bursts, they go out block by block from the next try on") {
  Wire wire;
  wire.refuse_segments();
  const auto content = pattern(64 * 516 - 100);
  wire.posts(content, 516);
  wire.outbox.flush();
  CHECK(wire.outbox.take_unsent() == std::vector{wire.to});
  CHECK(wire.heard().empty());
  wire.posts(content, 516);
  wire.outbox.flush();
  CHECK(wire.outbox.take_unsent().empty());
  CHECK(wire.heard() == cut(content, 516));
}

TEST_CASE("more blocks than one system call takes still leave in order") {
  Wire wire;
  wire.refuse_segments();
  wire.posts(pattern(200), 100);
  wire.outbox.flush();
  wire.outbox.take_unsent();
  std::vector<Datagram> wanted;
  for (int burst = 0; burst < 7; ++burst) {
    const auto content = pattern(static_cast<std::size_t>(64 * 100 - burst));
    wire.posts(content, 100);
    std::ranges::copy(cut(content, 100), std::back_inserter(wanted));
  }
  wire.outbox.flush();
  CHECK(wire.outbox.take_unsent().empty());
  CHECK(wire.heard() == wanted);
}

TEST_CASE("bursts that do not fit together leave one after the other") {
  Wire wire;
  std::vector<Datagram> wanted;
  for (int burst = 0; burst < 12; ++burst) {
    const auto content = pattern(static_cast<std::size_t>(44 * 1472 - burst));
    wire.posts(content, 1472);
    std::ranges::copy(cut(content, 1472), std::back_inserter(wanted));
  }
  wire.outbox.flush();
  CHECK(wire.heard() == wanted);
}

TEST_CASE("who could not be sent to is named, and the others are served") {
  Wire wire;
  const Client nobody{loopback, 0};
  std::ranges::copy(pattern(10), wire.outbox.room(10).begin());
  wire.outbox.post(0, nobody, {10, 10});
  wire.posts(pattern(20), 20);
  wire.outbox.flush();
  CHECK(wire.outbox.take_unsent() == std::vector{nobody});
  CHECK(wire.heard() == std::vector<Datagram>{pattern(20)});
}
