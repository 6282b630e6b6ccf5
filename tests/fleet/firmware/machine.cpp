#include "tests/fleet/firmware/machine.hpp"

#include <fmt/format.h>

#include "tests/fleet/firmware/dhcp_packet.hpp"

namespace rootstock::fleet {

void Machine::enter(Stage stage, std::string what) {
  progress.stage = stage;
  note(std::move(what));
}

void Machine::note(std::string what) {
  // A board that fails for ever must not fill the memory with its complaints.
  constexpr std::size_t most_steps = 500;
  if (progress.timeline.size() < most_steps) progress.timeline.push_back({now_, std::move(what)});
}

Task<void> Machine::sleep(Tick duration) {
  for (const auto until = now_ + duration; now_ < until;) co_await next(until);
}

void Machine::reset_stack() {
  address = mask = router = {};
  neighbours_.clear();
  held_.reset();
  answers_arp = true;
  deaf_after_send = {};
  mac_when_unresolved.reset();
}

void Machine::put_out(Frame frame) {
  sent_at_ = now_;
  held_.reset();
  outbox_.push_back(std::move(frame));
}

void Machine::broadcast(std::uint16_t port, std::uint16_t to_port, std::vector<std::uint8_t> payload) {
  send(broadcast_mac, broadcast_ip, port, to_port, std::move(payload));
}

void Machine::send(const Mac& to_mac, Ipv4 to, std::uint16_t port, std::uint16_t to_port,
                   std::vector<std::uint8_t> payload) {
  // A DHCP client speaks from 0.0.0.0 until its address is set.
  put_out(emit(Datagram{spec.mac, to_mac, address, to, port, to_port, std::move(payload)}, habits));
}

Task<std::optional<Mac>> Machine::resolve(Ipv4 target, int tries) {
  const bool elsewhere = (target.value & mask.value) != (address.value & mask.value);
  const Ipv4 hop = elsewhere && !router.unset() ? router : target;
  for (int i = 0; i < tries; ++i) {
    if (const auto known = neighbours_.find(hop); known != neighbours_.end()) co_return known->second;
    if (i > 0) ++progress.retries;
    put_out(emit(Arp{true, spec.mac, address, Mac{}, hop}, broadcast_mac));
    for (const auto until = now_ + std::chrono::seconds{1}; now_ < until && !neighbours_.contains(hop);)
      co_await next(until);
  }
  if (const auto known = neighbours_.find(hop); known != neighbours_.end()) co_return known->second;
  co_return mac_when_unresolved;
}

Task<WebReply> Machine::web(std::string method, std::string url, bool wants_body) {
  web_request_ = WebRequest{spec.mac, address, mask, std::move(method), std::move(url), wants_body};
  web_under_way_ = true;
  for (;;) {
    auto event = co_await Wait{*this, std::nullopt};
    if (auto* reply = std::get_if<WebReply>(&event)) {
      web_under_way_ = false;
      co_return std::move(*reply);
    }
  }
}

void Machine::on_frame(Bytes frame, Tick now) {
  now_ = now;
  if (deaf_after_send > Tick{0} && sent_at_ >= Tick{0} && now - sent_at_ < deaf_after_send) {
    held_ = Frame(frame.begin(), frame.end());
    progress.why_dropped = "came too soon after our own packet";
    ++progress.dropped;
    return;
  }
  if (const auto held = std::exchange(held_, std::nullopt)) {
    --progress.dropped;
    take_in(*held);
  }
  take_in(frame);
}

void Machine::take_in(Bytes frame) {
  auto packet = parse_frame(frame);
  if (!packet) {
    if (!packet.error().empty()) {
      ++progress.dropped;
      progress.why_dropped = packet.error();
    }
    return;
  }
  if (const auto* arp = std::get_if<Arp>(&*packet)) return on_arp(*arp);
  auto& datagram = std::get<Datagram>(*packet);
  if (spec.ignores_offers && datagram.target_port == dhcp_client_port) return;
  if (datagram.target_mac == spec.mac || datagram.target_mac == broadcast_mac) resume(std::move(datagram));
}

void Machine::on_arp(const Arp& arp) {
  if (address.unset() || web_under_way_) return;
  if (arp.target == address && arp.request && answers_arp)
    put_out(emit(Arp{false, spec.mac, address, arp.sender_mac, arp.sender}, arp.sender_mac));
  // Who asks for us will be spoken to; who answers was asked (RFC 826).
  if (arp.target != address || arp.sender.unset()) return;
  neighbours_[arp.sender] = arp.sender_mac;
  if (!arp.request) resume(arp);
}

void Machine::on_timer(Tick now) {
  now_ = now;
  if (wake_at_ && *wake_at_ <= now) resume(Timeout{});
}

void Machine::on_web(WebReply reply, Tick now) {
  now_ = now;
  if (web_under_way_) resume(std::move(reply));
}

void Machine::resume(Event event) {
  if (!waiting_) return;
  event_ = std::move(event);
  wake_at_.reset();
  std::exchange(waiting_, {}).resume();
}

void settle(Machine& machine, const DhcpReply& ack) {
  machine.address = ack.yiaddr;
  machine.mask = ack.address(option::mask).value_or(Ipv4{});
  if (const auto routers = ack.options.find(option::router); routers != ack.options.end())
    machine.router = Ipv4{Reader{routers->second}.u32()};
  machine.note("address " + ack.yiaddr.text() + " by DHCP");
}

}  // namespace rootstock::fleet
