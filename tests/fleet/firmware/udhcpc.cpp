// busybox udhcpc as rootfs/initramfs/init starts it: -n -q -f -t 5 -T 2 -A 0, and once more after a growing
// pause.
#include <fmt/format.h>

#include "tests/fleet/firmware/dhcp_packet.hpp"
#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/machine.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

constexpr int attempts = 5;
constexpr Tick between = 2s;
constexpr std::size_t shortest = 300;  // as captured from busybox 1.35.0; RFC 1542 2.1

struct Udhcpc {
  Machine& machine;
  std::uint32_t xid;
  Tick begun;

  std::vector<std::uint8_t> packet(Options options) const {
    options.add(option::max_size, {0x02, 0x40}).add(option::prl, {1, 3, 6, 12, 15, 28, 42});
    options.add(option::vendor_class, "udhcp 1.35.0");
    std::vector<std::uint8_t> client_id;
    Writer{client_id}.u8(1).bytes(machine.spec.mac.bytes);
    options.add(option::client_id, client_id);
    const auto secs = std::chrono::duration_cast<std::chrono::seconds>(machine.now() - begun).count();
    return emit(DhcpRequest{.xid = xid,
                            .secs = static_cast<std::uint16_t>(secs),
                            .mac = machine.spec.mac,
                            .options = options.end(),
                            .pad_to = shortest});
  }

  /// Sends `options` up to five times; the first reply of one of these types.
  Task<std::optional<DhcpReply>> ask(Options options, DhcpType wanted) {
    for (int i = 0; i < attempts; ++i) {
      if (i > 0) ++machine.progress.retries;
      ++machine.progress.dhcp_sent;
      machine.broadcast(dhcp_client_port, dhcp_server_port, packet(options));
      for (const auto until = machine.now() + between; machine.now() < until;) {
        auto event = co_await machine.next(until);
        const auto* datagram = std::get_if<Datagram>(&event);
        auto reply = datagram ? reply_in(*datagram, xid, machine.spec.mac, true) : std::nullopt;
        if (reply && (reply->type == wanted || (wanted == DhcpType::ack && reply->type == DhcpType::nak)))
          co_return reply;
      }
    }
    co_return std::nullopt;
  }
};

/// One run of the program.
Task<bool> run(Machine& machine) {
  Udhcpc client{machine, static_cast<std::uint32_t>(machine.random()), machine.now()};
  Options discover;
  discover.add(DhcpType::discover);
  const auto offer = co_await client.ask(discover, DhcpType::offer);
  if (!offer || offer->yiaddr.unset()) co_return false;
  Options request;
  request.add(DhcpType::request).add(option::requested, offer->yiaddr);
  request.add(option::server, offer->address(option::server).value_or(offer->source));
  const auto ack = co_await client.ask(request, DhcpType::ack);
  if (!ack || ack->type != DhcpType::ack) co_return false;
  machine.address = ack->yiaddr;
  machine.mask = ack->address(option::mask).value_or(Ipv4{0xffffff00});
  machine.router = ack->address(option::router).value_or(Ipv4{});
  const auto lease = ack->address(option::lease).value_or(Ipv4{});           // a number of the same size
  machine.lease = std::chrono::seconds{lease.unset() ? 3600 : lease.value};  // udhcpc's own default
  co_return true;
}

}  // namespace

Task<void> initramfs_dhcp(Machine& machine) {
  constexpr Tick longest_pause = 30s;
  machine.reset_stack();
  machine.habits = IpHabits{};
  machine.enter(Stage::initramfs_dhcp, "the initramfs asks for an address");
  for (Tick pause = 1s;; pause = std::min(2 * pause, longest_pause)) {
    const bool bound = co_await run(machine);
    if (bound) break;
    machine.progress.failure = "initramfs: no DHCP answer";
    machine.note(fmt::format("{}; again in {} s", machine.progress.failure,
                             std::chrono::duration_cast<std::chrono::seconds>(pause).count()));
    co_await machine.sleep(pause);
  }
  machine.note("the initramfs has the address " + machine.address.text());
}

}  // namespace rootstock::fleet
