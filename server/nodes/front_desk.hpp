#pragma once
// Where the servers meet the nodes: gives out seats, writes into each node's boot record what DHCP, TFTP and
// HTTP saw, and logs one line per step of a boot (edge: the clock, randomness and the log).

#include <functional>
#include <string>

#include "dhcp/site.hpp"
#include "server/nodes/reception.hpp"
#include "server/nodes/registry.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

class FrontDesk final : public dhcp::Seating, public dhcp::Observer, public tftp::Observer {
 public:
  /// `save` puts a node's row on its way to the disk.
  FrontDesk(Registry& registry, Reception& reception, std::function<void(const NodeRecord&)> save);

  dhcp::Welcome welcome(const dhcp::Board& board, bool starts) override;
  void seat(const dhcp::Board& board, Ipv4 address) override;
  void on_exchange(const dhcp::Exchange& exchange) override;
  void on_malformed(std::string_view kind, Ipv4 from) override;
  void on_malformed(tftp::ParseError kind, Ipv4 from) override;
  void on_begun(Ipv4 client, std::string_view path) override;
  void on_transfer(const tftp::TransferReport& report) override;

  void on_cannot_boot(Node& node, const Failure& why);
  void on_fetch(Node& node, const BootName& name);
  void on_missing(Node& node, const BootName& name);
  void on_fetched(Node& node, const BootName& name, std::uint64_t bytes, bool complete, Carriage how = {});
  void on_held(Node& node, std::string_view words);
  void on_overlay(Node& node, std::uint64_t bytes, bool complete);
  void on_overlay_refused(Node& node, std::string_view why);
  void on_up(Node& node, const UpReport& report);
  void on_trouble(Node& node, std::string_view text);

  /// The other DHCP server that a board was seen to choose last; 0.0.0.0: none in this run of the head.
  Ipv4 rival() const { return rival_; }

 private:
  void tell(const Node& node, const std::string& words);
  Doorkeeper& doorkeeper() { return reception_.house().doorkeeper; }

  Registry& registry_;
  Reception& reception_;
  std::function<void(const NodeRecord&)> save_;
  Ipv4 rival_;
};

}  // namespace rootstock::server
