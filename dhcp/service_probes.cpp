// The part of Service that asks the wire about addresses before it gives them away.
#include "dhcp/client_kind.hpp"
#include "dhcp/service_impl.hpp"

namespace rootstock::dhcp {

void Service::Impl::probe(Ipv4 address, const Message& question, Tick heard) {
  if (!probes.start(address, question, heard, steady_clock())) return;
  outbox->probe(address);
  await_probes();
}

void Service::Impl::await_probes() {
  const auto deadline = probes.deadline();
  if (probe_timer_runs || !deadline) return;
  probe_timer_runs = true;
  probe_timer.expires_at(*deadline);
  probe_timer.async_wait(while_serving([this] {
    probe_timer_runs = false;
    end_probes();
  }));
}

void Service::Impl::end_probes() {
  const auto now = wall_clock();
  for (const auto& [address, question, heard] : probes.take_due(steady_clock())) {
    leases.prove(address);
    answer(question, now, heard);
  }
  await_probes();
  flush();
  commit();
}

void Service::Impl::read_arp() {
  const auto now = wall_clock();
  const auto received = inbox.receive(packet.native_handle());
  for (std::size_t i = 0; i < received; ++i)
    if (const auto sender = parse_arp(inbox.at(i).bytes); sender && sender->mac != link.mac)
      on_address_used(*sender, now);
  flush();
}

void Service::Impl::on_address_used(const ArpSender& user, Time now) {
  const auto conflict = probes.on_used(user.address, user.mac);
  if (!conflict) return;
  counts.add("address conflict");
  leases.decline(user.address, now, now + decline_rest);
  const auto why = "the device " + user.mac.text() + " uses it already: it rests";
  const auto asked = name_of(*conflict->question.type());
  observer.on_exchange({board_of(conflict->question), asked, {}, user.address, {}, why, true});
  answer(conflict->question, now, conflict->heard);
}

}  // namespace rootstock::dhcp
