#include "server/nodes/seats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/node_words.hpp"
#include "server/nodes/alive.hpp"

namespace rootstock::server {
namespace {

Clocks now() { return {Time::clock::now(), Moment::clock::now()}; }

}  // namespace

Seats::Seats(const Settings& settings, Registry& registry, Reception& reception, std::function<void()> hurry)
    : settings_(settings), registry_(registry), reception_(reception), hurry_(std::move(hurry)) {}

void Seats::save(const Node& node) {
  reception_.house().save(node.record);
  hurry();
}

void Seats::hurry() const {
  if (hurry_) hurry_();
}

Seats::Done Seats::approve(Node& node) {
  auto& record = node.record;
  if (record.standing == Standing::member && record.doubt.empty())
    return fail(record.name + " is a member already", "rootstock nodes " + record.name);
  if (record.standing != Standing::member && registry_.full())
    return fail("every seat is taken", "raise slurm.max_nodes, or forget nodes that are gone");
  if (record.standing == Standing::member && node.suspicion.stranger_at >= node.suspicion.known_at &&
      node.suspicion.stranger) {
    registry_.set_serial(node, {});
    record.uuid.clear();
    record.model.clear();
    record.architecture.clear();
    registry_.learn(node, *node.suspicion.stranger);
  }
  if (record.standing != Standing::member) reception_.keep_address(node);
  // The boot that the other board began is nobody's; this one's own system ran on all the time.
  if (record.standing == Standing::member && node.pulse.beat_at && node.pulse.alive(now().moment) &&
      node.boot.stage() != Stage::up) {
    node.boot = BootRecord::known(true);
    node.boot.on_beat_says("approved: its system ran on while another board asked under its MAC",
                           now().moment);
  }
  record.standing = Standing::member;
  record.doubt.clear();
  node.suspicion = {};
  node.pulse.other_at.reset();
  save(node);
  return {};
}

Seats::Done Seats::deny(Node& node) {
  if (node.record.vacant()) return fail("nobody sits on " + node.record.name, "rootstock nodes forget");
  node.record.standing = Standing::denied;
  node.record.awaited = false;
  reception_.house().doorkeeper.on_end(node, now().moment);
  save(node);
  return {};
}

Seats::Done Seats::replace(Node& node, std::optional<Mac> with) {
  auto& record = node.record;
  if (record.vacant())
    return fail("nobody sits on " + record.name + ": there is nothing to replace",
                "the next new board takes a vacant seat of its own accord; rootstock nodes declare --mac for "
                "a certain one");
  if (record.standing != Standing::member)
    return fail(record.name + " is no member of the cluster", "rootstock nodes approve " + record.name);
  if (runs(node, now()))
    return fail(record.name + " runs: its board is not to be replaced under it",
                "rootstock shutdown " + record.name + ", or wait a minute if it died just now");
  if (!with) {
    record.awaited = true;
    save(node);
    return {};
  }
  // IEEE 802: the lowest bit of the first byte marks a group address.
  if (*with == Mac{} || (with->bytes[0] & 1) != 0)
    return fail("no board has the MAC " + with->text(), "write it as in dc:a6:32:01:02:03");
  if (*with == record.mac) return fail(with->text() + " sits on " + record.name + " already");
  Node* other = registry_.by_mac(*with);
  if (other != nullptr && other->record.standing == Standing::member)
    return fail(fmt::format("{} sits on {}", with->text(), other->record.name),
                "rootstock nodes forget " + other->record.name + " first");
  if (other != nullptr && runs(*other, now()))
    return fail(fmt::format("{} runs as {}, and its root hangs on the address of that", with->text(),
                            other->record.name),
                "switch it off first");
  give_mac(node, *with);
  return {};
}

Seats::Done Seats::keep_board(Node& node) {
  if (!node.record.awaited || node.record.vacant())
    return fail("no other board was to take the seat of " + node.record.name,
                "rootstock nodes " + node.record.name);
  node.record.awaited = false;
  save(node);
  return {};
}

/// Whoever waits with this MAC waits no more.
void Seats::give_mac(Node& node, const Mac& mac) {
  if (Node* other = registry_.by_mac(mac); other != nullptr && other != &node)
    reception_.forget(*other, now().moment);
  reception_.sit(node, mac, now());
  hurry();
}

Seats::Done Seats::rename(Node& node, std::string_view name) {
  if (name == node.record.name) return {};
  if (auto right = check_node_name(name); !right) return right;
  if (registry_.by_name(name) != nullptr)
    return fail(fmt::format("there is a {} already", name), fmt::format("rootstock nodes {}", name));
  if (is_declared(node))
    return fail(node.record.name + " is declared in the settings, which would make it anew at the next start",
                "take its [[node]] out of the settings, restart rootstock, and rename it then");
  registry_.rename(node, std::string{name});
  save(node);
  return {};
}

Seats::Done Seats::forget(Node& node, bool force) {
  const auto& record = node.record;
  if (!force && runs(node, now()))
    return fail(
        record.name + " runs: without its seat it cannot boot again, and its address may go to others",
        fmt::format("rootstock shutdown {0} first, or rootstock nodes forget --force {0}", record.name));
  if (is_declared(node))
    return fail(record.name + " is declared in the settings, which would make it anew at the next start",
                "take its [[node]] out of the settings and restart rootstock first");
  reception_.forget(node, now().moment);
  hurry();
  return {};
}

Seats::Done Seats::check_group(std::string_view group) const {
  const auto& groups = settings_.groups;
  if (group.empty() || std::ranges::find(groups, group, &GroupSettings::name) != groups.end()) return {};
  return fail(fmt::format("there is no group {}", group),
              fmt::format("the settings need a [groups.{}]", group));
}

Seats::Done Seats::set_group(Node& node, std::string_view group) {
  if (auto right = check_group(group); !right) return right;
  node.record.group = group;
  save(node);
  return {};
}

Seats::Done Seats::pin(Node& node, std::string_view label) {
  node.record.pinned = label;
  save(node);
  return {};
}

Seats::Done Seats::set(Node& node, std::string_view key, std::string_view value) {
  if (key == "address") return set_address(node, value);
  if (key == "image") {
    if (auto right = value.empty() ? Done{} : check_image_name(value); !right) return right;
    node.record.image = value;
  } else if (key == "kernel_options") {
    if (auto right = check_kernel_options(std::string{value}); !right) return right;
    node.record.kernel_options = value;
  } else {
    return fail(fmt::format("a node has no {}", key), "what can be set: image, kernel_options, address");
  }
  save(node);
  return {};
}

/// No `address`: whichever the pool gives it.
Seats::Done Seats::may_set_address(const Node& node, std::optional<Ipv4> address) const {
  if (auto right = address ? may_have_address(*address, &node) : addresses_are_ours(); !right) return right;
  if (node.record.standing != Standing::member)
    return fail(fmt::format("{} is {}, and has no address of its own", node.record.name,
                            name_of(node.record.standing)),
                "rootstock nodes approve " + node.record.name + " first");
  if (node.record.address != address.value_or(Ipv4{}) && runs(node, now()))
    return fail(node.record.name + " runs, and its root hangs on the address it has",
                "rootstock shutdown " + node.record.name + " first");
  return {};
}

Seats::Done Seats::set_address(Node& node, std::string_view value) {
  const auto address = Ipv4::parse(value);
  if (!address && !value.empty())
    return fail(fmt::format("'{}' is no IPv4 address", value),
                "four numbers, as in 10.77.0.20; nothing for one out of the pool");
  if (auto right = may_set_address(node, address); !right) return right;
  if (node.record.address == address.value_or(Ipv4{})) return {};
  auto& addresses = reception_.house().addresses;
  if (registry_.by_address(node.record.address) == &node) {
    addresses.release(node.record.address);
    registry_.vacate(node.record.address);
  }
  node.record.address = {};
  if (address) {
    addresses.reserve(*address);
    registry_.move(node, *address);
  }
  save(node);
  return {};
}

std::optional<Time> Seats::door_open_until() const { return reception_.door_open_until(now().wall); }

bool Seats::is_declared(const Node& node) const {
  return std::ranges::find(settings_.declared, node.record.name, &DeclaredNode::name) !=
         settings_.declared.end();
}

}  // namespace rootstock::server
