// The part of Service that sees an answer from the decision to the wire.
#include <utility>

#include "dhcp/service_impl.hpp"

namespace rootstock::dhcp {

void Service::Impl::answer(const Message& question, Time now, Tick heard) {
  auto outcome = responder.answer(question, now);
  held.note(question, outcome, heard);
  if (outcome.probe) return probe(*outcome.probe, question, heard);
  outcome.heard = heard;
  counts.add(outcome.asked);
  if (outcome.lease) return commits.add(std::move(outcome));
  finish(std::move(outcome));
}

void Service::Impl::ask_again(const Mac& mac) {
  if (!serving) return;
  const auto question = held.take(mac, steady_clock());
  if (!question) return;
  answer(question->message, wall_clock(), question->heard);
  flush();
  commit();
}

void Service::Impl::commit() {
  auto changes = commits.begin();
  if (changes.empty()) return;
  log.commit(std::move(changes), [weak = std::weak_ptr(self)](bool durable) {
    if (const auto impl = weak.lock()) (*impl)->committed(durable);
  });
}

void Service::Impl::committed(bool durable) {
  for (auto& outcome : commits.end()) {
    if (!durable && outcome.reply) {
      outcome.why = "no " + outcome.answered +
                    ": the disk did not take the lease, and an address is on disk before it is given";
      outcome.reply.reset();
      outcome.answered.clear();
      outcome.warns = true;
      counts.add("lease not written");
    }
    finish(std::move(outcome));
  }
  flush();
  commit();
}

void Service::Impl::finish(Outcome outcome) {
  const bool early =
      outcome.reply && outcome.delay.count() > 0 && outcome.heard + outcome.delay > steady_clock();
  if (early && delayed.add(outcome)) return await_delayed();
  leave(outcome);
}

void Service::Impl::await_delayed() {
  const auto deadline = delayed.deadline();
  if (!deadline) return;
  delay_timer.expires_at(*deadline);  // ends the wait before, if there is one
  delay_timer.async_wait(while_serving([this] {
    for (const auto& outcome : delayed.take_due(steady_clock())) leave(outcome);
    flush();
    await_delayed();
  }));
}

void Service::Impl::leave(const Outcome& outcome) {
  if (outcome.reply) {
    if (outcome.pin && neighbours != nullptr) neighbours->pin(outcome.pin->address, outcome.pin->mac);
    outbox->send(*outcome.reply, outcome.to);
  }
  report(outcome);
}

void Service::Impl::report(const Outcome& outcome) {
  if (!outcome.answered.empty()) counts.add(outcome.answered);
  observer.on_exchange(exchange_of(outcome));
}

}  // namespace rootstock::dhcp
