// Whatever is sent to the two ports of the proxyDHCP server. Property: no address is ever given, nothing is
// sent to anybody outside the cluster's network, and no answer needs fragments.
#include <cstdlib>

#include "dhcp/proxy_responder.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr Ipv4 head{0x0a4d0001}, board{0x0a4d0009};  // 10.77.0.1 and .9

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seats : Seating {
  Welcome welcome(const Board& who, bool) override {
    if (!boots(who.dialect)) return {};
    return {.how = Welcome::How::seated, .name = "node" + who.mac.text()};
  }
  void seat(const Board&, Ipv4 address) override {
    require(address.unset() || Subnet::of(head, 24).contains(address));
  }
};

void check(const Outcome& outcome) {
  require(!outcome.lease && !outcome.probe && !outcome.pin);
  if (!outcome.reply) return;
  require(outcome.reply->your_ip.unset());
  require(!outcome.reply->options.has(Code::lease_time) && !outcome.reply->options.has(Code::router));
  require(wire_size(*outcome.reply) <= 1472);
  require(outcome.to.route == Route::broadcast || Subnet::of(head, 24).contains(outcome.to.address));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse(Bytes{data, size});
  if (!message || !fault_of(*message).empty()) return 0;
  Seats seats;
  ProxyResponder responder{{{head, 80}, Subnet::of(head, 24)}, seats};
  check(responder.on_dhcp(*message));
  check(responder.on_binl(*message, board, 68));
  check(responder.on_binl(*message, Ipv4{0x08080808}, 0));
  return 0;
}
