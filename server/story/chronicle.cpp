#include "server/story/chronicle.hpp"

#include "server/story/kept_boot.hpp"

namespace rootstock::server {
namespace {

/// What a head killed now would not remember of a boot. Nobody gets from its initramfs to its overlay so
/// fast.
constexpr std::chrono::milliseconds between_sweeps{250};
/// What changes nothing but the story may wait for what does.
constexpr std::chrono::seconds events_wait{2};

Clocks clocks() { return {Time::clock::now(), Moment::clock::now()}; }

}  // namespace

Chronicle::Chronicle(Registry& registry, Conclude conclude, Save save, std::string machine)
    : registry_(registry),
      conclude_(std::move(conclude)),
      save_(std::move(save)),
      machine_(std::move(machine)) {}

void Chronicle::restore(const std::vector<BootRow>& rows, Clocks now) {
  for (const auto& row : rows) {
    const auto found = registry_.nodes().find(row.number);
    // A board that was replaced has no part in the boots of the one that comes.
    if (found == registry_.nodes().end() || found->second.record.mac != row.mac) continue;
    auto& node = found->second;
    // The system of the node went on talking after that: a boot of another board that asked under its MAC.
    if (row.stage != name_of(Stage::up) && node.record.last_heard > row.started) continue;
    auto boot = boot_in(row.story, now, machine_);
    if (!boot) continue;
    kept_[row.number] = {boot->started, row.started, now.moment, 0, boot->events.size()};
    node.boot = BootRecord::restored(*std::move(boot));
  }
}

void Chronicle::start(boost::asio::io_context& loop) {
  timer_.emplace(loop);
  wait();
}

void Chronicle::stop() {
  timer_.reset();
  sweep(clocks());
}

void Chronicle::wait() {
  timer_->expires_after(between_sweeps);
  timer_->async_wait([this](boost::system::error_code error) {
    if (error) return;
    sweep(clocks());
    wait();
  });
}

Time Chronicle::began(const Node& node) const {
  const auto found = kept_.find(node.record.number);
  return found == kept_.end() || found->second.started != node.boot.started() ? Time{} : found->second.since;
}

void Chronicle::sweep(Clocks now) {
  const auto& nodes = registry_.nodes();
  if (kept_.size() > nodes.size())
    std::erase_if(kept_, [&](const auto& one) { return !nodes.contains(one.first); });
  for (const auto& [number, node] : registry_.nodes()) look_at(node, now);
}

void Chronicle::look_at(const Node& node, Clocks now) {
  const auto& boot = node.boot;
  if (!boot.watched()) return;
  auto& kept = kept_[node.record.number];
  const bool another = kept.started != boot.started();
  const auto events = boot.events().size();
  const bool told_more = events != kept.events && now.moment - kept.saved >= events_wait;
  if (!another && boot.data().changes == kept.changes && !told_more) return;
  if (another) {
    if (const auto* before = boot.before(); before != nullptr && before->started() == kept.started)
      save_(row_of(node, *before, kept.since, true, now));
    kept.started = boot.started();
    kept.since = wall_of(boot.started(), now);
  }
  kept.saved = now.moment;
  kept.changes = boot.data().changes;
  kept.events = events;
  save_(row_of(node, boot, kept.since, false, now));
}

BootRow Chronicle::row_of(const Node& node, const BootRecord& boot, Time since, bool over, Clocks now) const {
  const auto conclusion = conclude_(node, boot, over);
  BootRow row;
  row.number = node.record.number;
  row.mac = node.record.mac;
  row.started = since;
  if (over) row.ended = wall_of(node.boot.started(), now);
  row.stage = name_of(boot.stage());
  row.generation = boot.generation();
  row.bytes = boot.bytes();
  row.conclusion = conclusion.words;
  row.story = to_text(boot.data(), conclusion, now, machine_);
  return row;
}

}  // namespace rootstock::server
