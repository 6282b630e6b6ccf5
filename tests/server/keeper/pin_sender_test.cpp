#include "server/keeper/pin_sender.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include "tests/support/catch.hpp"

using namespace rootstock;
using server::Pin;

namespace {

struct Desk : dhcp::Observer {
  int exchanges = 0, malformed = 0;
  void on_exchange(const dhcp::Exchange&) override { ++exchanges; }
  void on_malformed(std::string_view, Ipv4) override { ++malformed; }
};

/// The worker's end with a keeper that only listens.
struct Channel {
  Channel() {
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
  }
  ~Channel() { ::close(ends[0]); }
  std::optional<Pin> heard() const {
    server::PinRecord record{};
    return ::recv(ends[0], record.data(), record.size(), 0) == static_cast<ssize_t>(record.size())
               ? server::parse_pin(record)
               : std::nullopt;
  }
  std::array<int, 2> ends{};
  Desk desk;
};

void acknowledged(server::PinSender& sender, Mac mac, Ipv4 address) {
  dhcp::Board board;
  board.mac = mac;
  sender.on_exchange({board, "REQUEST", "ACK", address, {}, {}});
}

constexpr auto interface = "no-such0";

}  // namespace

TEST_CASE("a pin goes to the keeper each time, and off when another board gets the address", "[pin]") {
  Channel channel;
  server::PinSender sender(channel.desk, interface, channel.ends[1]);
  const auto pi = "b8:27:eb:00:00:01"_mac, other = "dc:a6:32:00:00:02"_mac;
  for (int times = 0; times < 2; ++times) {
    sender.pin("10.77.0.9"_ip, pi);
    CHECK(channel.heard() == Pin{"10.77.0.9"_ip, pi});
  }
  acknowledged(sender, pi, "10.77.0.9"_ip);
  acknowledged(sender, other, "10.77.0.10"_ip);
  CHECK_FALSE(channel.heard());
  acknowledged(sender, other, "10.77.0.9"_ip);
  CHECK(channel.heard() == Pin{"10.77.0.9"_ip, std::nullopt});
  acknowledged(sender, other, "10.77.0.9"_ip);
  CHECK_FALSE(channel.heard());
  sender.on_malformed("cut", {});
  CHECK(channel.desk.exchanges == 4);
  CHECK(channel.desk.malformed == 1);
}

TEST_CASE("a keeper that does not listen holds nobody up", "[pin]") {
  Channel channel;
  server::PinSender sender(channel.desk, interface, channel.ends[1]);
  for (int times = 0; times < 5000; ++times) sender.pin("10.77.0.9"_ip, "b8:27:eb:00:00:01"_mac);
  CHECK(channel.heard());
  server::PinSender alone(channel.desk, interface, -1);  // a worker that was started by hand
  alone.pin("10.77.0.9"_ip, "b8:27:eb:00:00:01"_mac);
}
