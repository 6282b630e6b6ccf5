#include "server/power/power_desk.hpp"

#include <algorithm>

#include "server/log/log.hpp"
#include "server/power/signs.hpp"

namespace rootstock::server {
namespace {

constexpr auto pace = std::chrono::seconds(1);

Moment now() { return Moment::clock::now(); }

}  // namespace

PowerDesk::PowerDesk(boost::asio::io_context& loop, Registry& registry, const std::string& interface)
    : registry_(registry), knocker_(interface), timer_(loop) {}

void PowerDesk::give(Node& node, Order order, std::chrono::seconds timeout) {
  const auto& name = node.record.name;
  log::info("{} is ordered to {}", name, order == Order::reboot ? "reboot" : "switch itself off");
  node.pulse.order = name_of(order);
  node.pulse.order_told.reset();
  const auto earlier = cases_.find(name);
  const bool answers_knocks = earlier != cases_.end() && earlier->second.answers_knocks;
  cases_.insert_or_assign(name, Case{Going{order, now(), timeout}, std::nullopt, answers_knocks});
  if (!waiting_) tick();
}

void PowerDesk::take_back(Node& node) {
  if (node.pulse.order.empty()) return;
  log::info("the order to {} is taken back", node.record.name);
  node.pulse.order.clear();
  cases_.erase(node.record.name);
}

void PowerDesk::stop() { timer_.cancel(); }

std::vector<PowerDesk::Progress> PowerDesk::progress() const {
  std::vector<Progress> all;
  for (const auto& [name, one] : cases_) all.push_back({name, one.going});
  return all;
}

void PowerDesk::tick() {
  const auto at = now();
  listen(at);
  for (auto& [name, one] : cases_)
    if (!one.going.over()) look(name, one, at);
  waiting_ = std::ranges::any_of(cases_, [](const auto& entry) { return !entry.second.going.over(); });
  if (waiting_) wait();
}

void PowerDesk::wait() {
  timer_.expires_after(pace);
  timer_.async_wait([this](boost::system::error_code error) {
    if (!error) tick();
  });
}

void PowerDesk::listen(Moment at) {
  for (const auto address : knocker_.answers())
    if (const Node* node = registry_.by_address(address))
      if (const auto found = cases_.find(node->record.name); found != cases_.end()) {
        found->second.answer = at;
        found->second.answers_knocks = true;
      }
}

void PowerDesk::look(const std::string& name, Case& one, Moment at) {
  Node* node = registry_.by_name(name);
  if (node == nullptr) {  // forgotten, or of another name now: it ends by its time, off is not confirmed
    Signs unknown;
    unknown.alive = true;
    one.going.look(unknown, at);
    return;
  }
  const auto address = node->record.address;
  if (!address.unset()) {
    // A firewall on the node may keep it from answering knocks; then the neighbour table has to do.
    if (!one.answers_knocks && knocker_.is_neighbour(address)) one.answer = at;
    knocker_.knock(address);
  }
  const auto before = one.going.step();
  const auto step = one.going.look(signs_of(*node, one.answer, at), at);
  // A node that comes back must not be sent down once more, however this ended; one that came up after the
  // order was given has not heard it.
  const bool has_gone = step == Going::Step::going || one.going.over();
  node->pulse.order = has_gone ? std::string_view{} : name_of(one.going.order());
  if (step != before) log::info("{} {}", name, one.going.words());
}

}  // namespace rootstock::server
