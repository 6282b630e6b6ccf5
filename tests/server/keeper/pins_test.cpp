// The keeper's end against the kernel itself, in a network namespace of its own.
#include "server/keeper/pins.hpp"

#include <sched.h>
#include <sys/socket.h>

#include <chrono>
#include <functional>

#include "config/file.hpp"
#include "rootfs/process.hpp"
#include "server/links/arp_table.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace std::chrono_literals;

namespace {

constexpr auto first = "b8:27:eb:00:00:01", second = "b8:27:eb:00:00:02";

struct Cable {
  Cable() {
    for (const char* words : {"link add usb0 type veth peer name far0", "link set far0 up",
                              "link set usb0 up", "address add 10.77.0.1/24 dev usb0"})
      ip(words);
  }
  static void ip(const std::string& words) { static_cast<void>(rootfs::run({"sh", "-c", "ip " + words})); }
  /// The MAC that an address is pinned to; "" for none.
  static std::string pinned(const std::string& address) {
    for (const auto& entry : server::parse_arp_table(content_of("/proc/self/net/arp").value_or("")))
      if (entry.permanent && entry.interface == "usb0" && entry.address.text() == address)
        return entry.mac.text();
    return "";
  }
};

Settings settings() {
  Settings settings;
  settings.network.interface = "usb0";
  settings.network.address = "10.77.0.1"_ip;
  settings.network.subnet = Subnet::of(settings.network.address, 24);
  settings.slurm.max_nodes = 3;
  return settings;
}

/// A keeper's loop and the worker's end of the channel.
struct Keeper {
  Settings given = settings();
  boost::asio::io_context loop;
  server::Pins pins{loop, given};

  void ask(const char* address, const char* mac) {
    const auto record =
        server::record_of({*Ipv4::parse(address), mac == nullptr ? std::nullopt : Mac::parse(mac)});
    send({record.begin(), record.end()});
  }
  void send(const std::vector<std::uint8_t>& bytes) {
    ::send(pins.workers_end().descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    loop.restart();
    loop.run_for(50ms);
  }
};

std::string in_namespace(const std::function<std::string(Keeper&)>& body) {
  return test::in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWNET) != 0) return "no network namespace";
    const Cable cable;
    Keeper keeper;
    if (const auto started = keeper.pins.start(); !started) return started.error().what;
    return body(keeper);
  });
}

}  // namespace

TEST_CASE("a pin is a permanent neighbour, follows its board, and ends with the keeper", "[pin]") {
  if (!tests::is_root()) return;
  CHECK(in_namespace([](Keeper& keeper) -> std::string {
          keeper.ask("10.77.0.9", first);
          if (Cable::pinned("10.77.0.9") != first) return "not pinned";
          keeper.ask("10.77.0.9", second);  // the board was replaced
          if (Cable::pinned("10.77.0.9") != second) return "another board did not take it over";
          keeper.ask("10.77.0.12", second);
          if (!Cable::pinned("10.77.0.9").empty()) return "the board's old address is pinned still";
          keeper.ask("10.77.0.9", first);
          keeper.ask("10.77.0.12", nullptr);
          if (!Cable::pinned("10.77.0.12").empty()) return "not taken off";
          Cable::ip("neighbour add 10.77.0.99 lladdr 02:00:00:00:00:99 dev usb0 nud permanent");
          keeper.pins.stop();
          if (!Cable::pinned("10.77.0.9").empty()) return "left behind";
          return Cable::pinned("10.77.0.99").empty() ? "took off what was not its own" : "well";
        }) == "well");
}

TEST_CASE("the kernel's table is filled again when an adapter comes back", "[pin]") {
  if (!tests::is_root()) return;
  CHECK(in_namespace([](Keeper& keeper) -> std::string {
          keeper.ask("10.77.0.9", first);
          Cable::ip("link del usb0");
          keeper.ask("10.77.0.10", second);  // meanwhile
          const Cable again;
          if (!Cable::pinned("10.77.0.9").empty()) return "the kernel remembers by itself";
          keeper.pins.renew();
          return Cable::pinned("10.77.0.9") == first && Cable::pinned("10.77.0.10") == second ? "well"
                                                                                              : "not renewed";
        }) == "well");
}

TEST_CASE("what a worker may not ask for changes nothing, and spoils nothing after it", "[pin]") {
  if (!tests::is_root()) return;
  CHECK(in_namespace([](Keeper& keeper) -> std::string {
          keeper.ask("192.0.2.9", first);
          keeper.send({10, 77, 0, 9});                        // half a record
          keeper.send(std::vector<std::uint8_t>(60000, 77));  // far more than one
          keeper.send({});
          for (int i = 2; i < 10; ++i)
            keeper.ask(("10.77.0." + std::to_string(i)).c_str(),
                       ("b8:27:eb:00:01:0" + std::to_string(i)).c_str());
          if (!Cable::pinned("192.0.2.9").empty()) return "pinned outside the network";
          if (Cable::pinned("10.77.0.4") != "b8:27:eb:00:01:04") return "deaf after nonsense";
          return Cable::pinned("10.77.0.5").empty() ? "well" : "more pins than nodes";
        }) == "well");
}
