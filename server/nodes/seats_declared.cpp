// The part of Seats that declares nodes beforehand.
#include <fmt/format.h>

#include "config/node_words.hpp"
#include "server/log/log.hpp"
#include "server/nodes/seats.hpp"

namespace rootstock::server {

Seats::Done Seats::may_declare(const DeclaredNode& wanted) const {
  if (wanted.name.empty()) return may_have(wanted, nullptr);
  if (auto right = check_node_name(wanted.name); !right) return right;
  return may_have(wanted, registry_.by_name(wanted.name));
}

/// `seat`: the one of that name; null: there is none yet.
Seats::Done Seats::may_have(const DeclaredNode& wanted, const Node* seat) const {
  if (seat == nullptr && registry_.full())
    return fail("every seat is taken", "raise slurm.max_nodes, or forget nodes that are gone");
  if (seat != nullptr && seat->record.standing != Standing::member)
    return fail(
        fmt::format("{} is the name of a board that is {}", wanted.name, name_of(seat->record.standing)),
        "rootstock nodes approve or forget it first");
  if (auto right = check_group(wanted.group); !right) return right;
  if (auto right = may_have_mac(wanted, seat); !right) return right;
  if (const Node* other = registry_.by_serial(wanted.serial); other != nullptr && other != seat)
    if (!wanted.mac || other->record.mac != *wanted.mac)
      return fail(fmt::format("serial {} is that of {}", wanted.serial, other->record.name),
                  "a serial stands on one board: see rootstock nodes " + other->record.name);
  return wanted.address ? may_have_address(*wanted.address, seat) : Done{};
}

Seats::Done Seats::may_have_mac(const DeclaredNode& wanted, const Node* seat) const {
  if (!wanted.mac) return {};
  const bool taken = seat != nullptr && !seat->record.vacant() && seat->record.mac != *wanted.mac;
  if (taken && seat->record.joined != Time{})
    return fail(fmt::format("{} sits on {} already", seat->record.mac.text(), wanted.name),
                fmt::format("rootstock nodes replace {} --with {}", wanted.name, wanted.mac->text()));
  const Node* other = registry_.by_mac(*wanted.mac);
  if (other == nullptr || other == seat || other->record.standing == Standing::waiting) return {};
  return fail(fmt::format("{} is the MAC of {}", wanted.mac->text(), other->record.name),
              fmt::format("rootstock nodes rename {0} {1}, or forget {0} first", other->record.name,
                          wanted.name.empty() ? "NAME" : wanted.name));
}

Seats::Done Seats::addresses_are_ours() const {
  if (reception_.house().addresses.ours()) return {};
  return fail("another DHCP server gives the addresses here (dhcp.mode is \"proxy\")",
              "declare the address there");
}

Seats::Done Seats::may_have_address(Ipv4 address, const Node* seat) const {
  if (auto right = addresses_are_ours(); !right) return right;
  const auto& network = settings_.network;
  const auto& addresses = reception_.house().addresses;
  if (!network.subnet.contains(address) || address == network.subnet.network ||
      address == network.subnet.broadcast() || address == network.address)
    return fail(fmt::format("{} is no address for a node of {}", address.text(), network.subnet.text()),
                "choose one of that network, not the head's");
  if (const Node* other = registry_.by_address(address); other != nullptr && other != seat)
    if (other->record.standing == Standing::member)
      return fail(fmt::format("{} is the address of {}", address.text(), other->record.name),
                  "choose another one");
  const bool its_own = seat != nullptr && seat->record.address == address;
  if (its_own || addresses.is_free(address)) return {};
  return fail(fmt::format("{} is leased to somebody else now", address.text()),
              "choose one outside of network.pool, or wait until that lease is over");
}

Result<Node*, Failure> Seats::declare(const DeclaredNode& wanted) {
  if (auto right = may_declare(wanted); !right) return tl::unexpected{right.error()};
  auto& house = reception_.house();
  Node* node = wanted.name.empty() ? nullptr : registry_.by_name(wanted.name);
  if (node == nullptr) node = registry_.add_vacant(wanted.name, wanted.group, house.new_id());
  auto& record = node->record;
  if (!wanted.group.empty()) record.group = wanted.group;
  if (wanted.mac && record.mac != *wanted.mac) {
    give_mac(*node, *wanted.mac);
    record.joined = {};  // when it first asks
  }
  if (!wanted.serial.empty()) registry_.set_serial(*node, wanted.serial);
  if (wanted.address && record.address != *wanted.address) {
    if (registry_.by_address(record.address) == node) house.addresses.release(record.address);
    registry_.move(*node, *wanted.address);
    house.addresses.reserve(*wanted.address);
  }
  save(*node);
  return node;
}

void Seats::declare_from_settings() {
  for (const auto& wanted : settings_.declared) {
    const Node* there = registry_.by_name(wanted.name);
    const bool sits = there != nullptr && there->record.joined != Time{};
    const auto differs = [&] {
      const auto& record = there->record;
      return (wanted.mac && *wanted.mac != record.mac) ||
             (wanted.address && *wanted.address != record.address) ||
             (!wanted.serial.empty() && !record.serial.empty() && wanted.serial != record.serial);
    };
    if (sits && differs()) {
      log::warning(
          "the settings declare {} otherwise than it is ({}, {}): somebody sits there, so it stays; to do: "
          "rootstock nodes replace, set, or forget it",
          wanted.name, there->record.mac.text(), there->record.address.text());
      continue;
    }
    if (const auto declared = declare(wanted); !declared)
      log::warning("{} cannot be as the settings declare it: {}; to do: {}", wanted.name,
                   declared.error().what, declared.error().hint);
  }
}

}  // namespace rootstock::server
