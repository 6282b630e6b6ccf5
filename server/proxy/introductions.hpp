#pragma once
// Who is at which address where another DHCP server gives the addresses: looked up whenever somebody asks for
// a file. Boards that answer no ARP while they load are pinned meanwhile.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>

#include "dhcp/site.hpp"
#include "server/keeper/pin_sender.hpp"
#include "server/nodes/registry.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

/// Stands before the observer of DHCP and the files of TFTP.
class Introductions final : public dhcp::Observer, public tftp::FileSource {
 public:
  using Neighbour = std::function<std::optional<Mac>(Ipv4)>;
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  struct House {
    Registry& registry;
    PinSender& pins;
    tftp::FileSource& files;
    std::function<void(const NodeRecord&)> save;
  };
  Introductions(House house, Neighbour neighbour, Clock clock);

  /// `address` asks for something: from now on it is the node's that is there. The other server may have
  /// given the address of one board to the next, so the latest counts; a stranger is taken for nobody.
  void meet(Ipv4 address);

  void on_exchange(const dhcp::Exchange& exchange) override;
  void on_malformed(std::string_view kind, Ipv4 from) override { house_.pins.on_malformed(kind, from); }
  Result<std::shared_ptr<const tftp::File>, tftp::Refusal> open(Ipv4 client, std::string_view path) override;

  /// How many boards answer no ARP now, as far as we know.
  std::size_t loading() const { return loads_.size(); }

  /// A board that was switched off while it loaded must not keep its address from the next one for ever.
  static constexpr std::chrono::minutes longest_load{15};

 private:
  struct Load {
    std::chrono::steady_clock::time_point since;
    Ipv4 pinned;  ///< unset: not yet
  };
  void pin_if_deaf(const Mac& mac, Ipv4 address);
  void end_load(std::map<Mac, Load>::iterator load);

  House house_;
  Neighbour neighbour_;
  Clock clock_;
  std::map<Mac, Load> loads_;  ///< of boards that answer no ARP now
};

}  // namespace rootstock::server
