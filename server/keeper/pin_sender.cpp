#include "server/keeper/pin_sender.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "config/file.hpp"
#include "server/keeper/inherited.hpp"
#include "server/keeper/pins.hpp"
#include "server/links/arp_table.hpp"
#include "server/log/log.hpp"

namespace rootstock::server {

PinSender::PinSender(dhcp::Observer& next, const std::string& interface, int descriptor)
    : next_(next), descriptor_(descriptor) {
  // What an earlier worker had pinned is so still: the keeper outlives us, and the kernel outlives the
  // keeper.
  for (const auto& entry : parse_arp_table(content_of("/proc/self/net/arp").value_or("")))
    if (entry.permanent && entry.interface == interface) pinned_[entry.address] = entry.mac;
}

PinSender::~PinSender() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

/// Sent also when it is pinned already: somebody may have flushed the kernel's table meanwhile.
void PinSender::pin(Ipv4 address, const Mac& mac) {
  send({address, mac});
  pinned_[address] = mac;
}

void PinSender::unpin(Ipv4 address) {
  send({address, std::nullopt});
  pinned_.erase(address);
}

void PinSender::on_exchange(const dhcp::Exchange& exchange) {
  if (exchange.answered == "ACK")
    if (const auto held = pinned_.find(exchange.address);
        held != pinned_.end() && held->second != exchange.board.mac)
      unpin(exchange.address);
  next_.on_exchange(exchange);
}

/// Never waits. What the keeper is too busy to take is lost; the board asks again, and so do we.
void PinSender::send(const Pin& pin) {
  if (descriptor_ < 0) return;
  const auto record = record_of(pin);
  if (::send(descriptor_, record.data(), record.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    log::limited("pin", fmt::format("the keeper did not take the pin of {}: {}", pin.address.text(),
                                    std::strerror(errno)));
}

int take_pins_descriptor() { return take_inherited(pins_variable); }

}  // namespace rootstock::server
