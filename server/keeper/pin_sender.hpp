#pragma once
// The worker's end of the pins (edge: a descriptor that it inherits, and the kernel's neighbour table).

#include <string>
#include <unordered_map>

#include "config/address.hpp"
#include "dhcp/site.hpp"
#include "server/keeper/pin.hpp"

namespace rootstock::server {

/// Also stands before the observer of DHCP: an address that is given to another board must not stay pinned to
/// the first one, which is gone or broken.
class PinSender final : public dhcp::Neighbours, public dhcp::Observer {
 public:
  /// `descriptor`: the keeper's channel; -1 in a worker that was started by hand, which pins nothing.
  PinSender(dhcp::Observer& next, const std::string& interface, int descriptor);
  ~PinSender() override;
  PinSender(const PinSender&) = delete;
  PinSender& operator=(const PinSender&) = delete;

  void pin(Ipv4 address, const Mac& mac) override;
  void unpin(Ipv4 address);
  void on_exchange(const dhcp::Exchange& exchange) override;
  void on_malformed(std::string_view kind, Ipv4 from) override { next_.on_malformed(kind, from); }

 private:
  void send(const Pin& pin);

  dhcp::Observer& next_;
  int descriptor_;
  std::unordered_map<Ipv4, Mac> pinned_;
};

/// The descriptor of the channel that the keeper handed on; -1 when there is none.
int take_pins_descriptor();

}  // namespace rootstock::server
