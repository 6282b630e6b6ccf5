#include "server/links/cluster_link.hpp"

#include <sched.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "rootfs/process.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/child.hpp"
#include "tests/support/needs_root.hpp"

using namespace rootstock;
using namespace std::chrono_literals;
using server::ClusterLink;
namespace asio = boost::asio;

namespace {

std::string ip(std::vector<std::string> words) {
  words.insert(words.begin(), "ip");
  const auto done = rootfs::run(words);
  return done ? done->output + done->errors : done.error().what;
}

void plug_in() {
  ip({"link", "add", "usb0", "type", "veth", "peer", "name", "far0"});
  ip({"link", "set", "far0", "up"});
}

bool has(const std::string& address) {
  return ip({"-o", "-4", "address", "show", "dev", "usb0"}).find(" " + address + " ") != std::string::npos;
}

/// Runs `body` with a link in a network namespace of its own.
std::string in_namespace(
    const std::function<std::string(ClusterLink&, int& times_ready,
                                    const std::function<bool(std::function<bool()>)>&)>& body) {
  return test::in_child([&]() -> std::string {
    if (::unshare(CLONE_NEWNET) != 0) return "no network namespace";
    asio::io_context loop;
    int times_ready = 0;
    ClusterLink link(loop, {"usb0", "10.77.0.1"_ip, 24}, [&] { ++times_ready; });
    const auto until = [&](const std::function<bool()>& enough) {
      for (int i = 0; i < 300 && !enough(); ++i) {
        loop.restart();
        loop.run_for(10ms);
      }
      return enough();
    };
    return body(link, times_ready, until);
  });
}

}  // namespace

TEST_CASE("an interface gets its address, keeps others, and gets it back", "[link]") {
  if (!tests::is_root()) return;
  CHECK(in_namespace([](ClusterLink& link, int& times_ready, const auto& until) -> std::string {
          plug_in();
          ip({"address", "add", "192.0.2.7/24", "dev", "usb0"});
          if (const auto started = link.start(); !started) return started.error().what;
          if (times_ready != 1 || !link.is_there()) return "not ready at once";
          if (!has("10.77.0.1/24") || !has("192.0.2.7/24")) return ip({"address"});
          if (!until([&] { return link.has_carrier(); })) return "no carrier seen";
          ip({"address", "del", "10.77.0.1/24", "dev", "usb0"});
          if (!until([] { return has("10.77.0.1/24"); })) return "not given back";
          ip({"link", "set", "far0", "down"});
          if (!until([&] { return !link.has_carrier(); })) return "loss of carrier not seen";
          return times_ready == 1 ? "well" : "ready more than once";
        }) == "well");
}

TEST_CASE("an adapter that appears late, or is plugged in again, is made ready", "[link]") {
  if (!tests::is_root()) return;
  CHECK(in_namespace([](ClusterLink& link, int& times_ready, const auto& until) -> std::string {
          if (const auto started = link.start(); !started) return started.error().what;
          if (times_ready != 0 || link.is_there()) return "ready without an interface";
          plug_in();
          if (!until([&] { return times_ready == 1; }) || !has("10.77.0.1/24"))
            return "not ready when it came";
          ip({"link", "del", "usb0"});
          if (!until([&] { return !link.is_there(); })) return "still there";
          plug_in();
          if (!until([&] { return times_ready == 2; }) || !has("10.77.0.1/24"))
            return "not ready when it came back";
          return "well";
        }) == "well");
}
