#include "server/proxy/introductions.hpp"

#include <utility>

namespace rootstock::server {

Introductions::Introductions(House house, Neighbour neighbour, Clock clock)
    : house_(std::move(house)), neighbour_(std::move(neighbour)), clock_(std::move(clock)) {}

void Introductions::meet(Ipv4 address) {
  const auto mac = neighbour_(address);
  if (!mac) return;
  Node* node = house_.registry.by_mac(*mac);
  if (node == nullptr) return house_.registry.vacate(address);
  if (node->record.address != address || house_.registry.by_address(address) != node) {
    house_.registry.vacate(address);
    house_.registry.move(*node, address);
    house_.save(node->record);
  }
  pin_if_deaf(*mac, address);
}

void Introductions::pin_if_deaf(const Mac& mac, Ipv4 address) {
  const auto load = loads_.find(mac);
  if (load == loads_.end() || load->second.pinned == address) return;
  if (!load->second.pinned.unset()) house_.pins.unpin(load->second.pinned);
  load->second.pinned = address;
  house_.pins.pin(address, mac);
}

void Introductions::end_load(std::map<Mac, Load>::iterator load) {
  if (!load->second.pinned.unset()) house_.pins.unpin(load->second.pinned);
  loads_.erase(load);
}

/// A Pi 3's DISCOVER begins a load; whatever asks by another dialect from the same board after it, its
/// initramfs or its system, answers ARP.
void Introductions::on_exchange(const dhcp::Exchange& exchange) {
  const auto now = clock_();
  for (auto load = loads_.begin(); load != loads_.end();) {
    const auto next = std::next(load);
    const bool its_address_is_given = !exchange.address.unset() && load->second.pinned == exchange.address &&
                                      load->first != exchange.board.mac;
    if (load->first == exchange.board.mac || its_address_is_given || now - load->second.since > longest_load)
      end_load(load);
    load = next;
  }
  // Of nodes only: there are as many as seats, where made-up boards would have no end.
  const bool is_node = house_.registry.by_mac(exchange.board.mac) != nullptr;
  if (is_node && dhcp::row_of(exchange.board.dialect).deaf) loads_[exchange.board.mac] = {now, {}};
  house_.pins.on_exchange(exchange);
}

Result<std::shared_ptr<const tftp::File>, tftp::Refusal> Introductions::open(Ipv4 client,
                                                                             std::string_view path) {
  meet(client);
  return house_.files.open(client, path);
}

}  // namespace rootstock::server
