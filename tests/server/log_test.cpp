// What reaches the log: one line each, and no flood.
#include "server/log/log.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "server/nodes/front_desk.hpp"
#include "tests/server/nodes/open_door.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

/// What `body` logs in a process of its own: paces are kept per process.
std::string logged(const std::function<void()>& body) {
  return test::in_child([&body] {
    const int memory = ::memfd_create("log", 0);
    ::dup2(memory, 2);
    log::set_up("test", "info");
    body();
    std::string text(static_cast<std::size_t>(::lseek(memory, 0, SEEK_END)), '\0');
    const auto got = ::pread(memory, text.data(), text.size(), 0);
    return text.substr(0, static_cast<std::size_t>(got));
  });
}

auto lines(const std::string& text) { return std::ranges::count(text, '\n'); }

}  // namespace

TEST_CASE("one line of a kind per minute, and the kinds are apart") {
  const auto text = logged([] {
    for (int i = 0; i < 1000; ++i) {
      log::limited("a", "of a");
      log::limited("b", "of b");
    }
  });
  CHECK(lines(text) == 2);
  CHECK(text.find("test warning: of a\n") != text.npos);
}

TEST_CASE("what the network says stays one line") {
  const auto text = logged([] { log::info("{}", "a\nforged\x1b[31m line\r"); });
  CHECK(lines(text) == 1);
  CHECK(text.find("a\\x0aforged\\x1b[31m line\\x0d") != text.npos);
}

TEST_CASE("a board that starts over and over does not flood the log") {
  const auto text = logged([] {
    Registry registry({}, 9, {});
    OpenDoor door(registry);
    FrontDesk desk(registry, door.reception, [](const NodeRecord&) {});
    dhcp::Board board;
    board.mac = "02:00:00:00:00:01"_mac;
    board.dialect = dhcp::Dialect::ipxe;
    desk.welcome(board, true);
    desk.seat(board, "10.77.0.10"_ip);
    for (int i = 0; i < 5000; ++i) {
      desk.on_exchange({board, "DISCOVER", "OFFER", "10.77.0.10"_ip, "boot.ipxe", ""});
      desk.on_exchange({board, "REQUEST", "ACK", "10.77.0.10"_ip, "boot.ipxe", ""});
      desk.on_exchange({board, "REQUEST", "NAK", "10.77.0.10"_ip, "", "why"});
      desk.on_fetch(*registry.by_mac(board.mac), {BootPart::kernel, "compute", 1, ""});
    }
  });
  CHECK(lines(text) <= 41);
  CHECK(lines(text) > 10);
}

TEST_CASE("conflicts on many addresses are one kind") {
  const auto text = logged([] {
    Registry registry({}, 9, {});
    OpenDoor door(registry);
    FrontDesk desk(registry, door.reception, [](const NodeRecord&) {});
    const dhcp::Board board;
    for (std::uint32_t i = 0; i < 200; ++i)
      desk.on_exchange(
          {board, "DECLINE", "", Ipv4{i}, "", "found somebody else using " + Ipv4{i}.text(), true});
  });
  CHECK(lines(text) == 1);
}

TEST_CASE("boards that boot are ten lines each at most") {
  const auto text = logged([] {
    Registry registry({}, 60, {});
    OpenDoor door(registry);
    FrontDesk desk(registry, door.reception, [](const NodeRecord&) {});
    for (std::uint32_t i = 1; i <= 60; ++i) {
      dhcp::Board board;
      board.mac.bytes = {2, 0, 0, 0, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)};
      const Ipv4 address{0x0a4d0000 + i};
      for (const auto dialect : {dhcp::Dialect::pxe_bios, dhcp::Dialect::ipxe, dhcp::Dialect::plain}) {
        board.dialect = dialect;
        desk.welcome(board, true);
        desk.seat(board, address);
        for (const auto& [asked, answered] :
             {std::pair{"DISCOVER", "OFFER"}, {"DISCOVER", "OFFER"}, {"REQUEST", "ACK"}})
          desk.on_exchange({board, asked, answered, address, dhcp::boots(dialect) ? "file" : "", ""});
      }
      Node& node = *registry.by_address(address);
      for (const auto part : {BootPart::script, BootPart::kernel, BootPart::initramfs}) {
        desk.on_fetch(node, {part, "compute", 1, ""});
        desk.on_fetched(node, {part, "compute", 1, ""}, 1000, true);
      }
      desk.on_overlay(node, 900, true);
      desk.on_up(node, {"compute/1", "6.1.0", 20});
    }
  });
  CHECK(lines(text) <= 600);
  CHECK(lines(text) >= 480);
}
