#pragma once
// What we ask of the kernel's network configuration, through libnl-3.

#include <memory>
#include <optional>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"

struct nl_sock;

namespace rootstock::server {

/// An interface as the kernel sees it.
struct LinkState {
  int index = 0;
  bool up = false;       ///< set up by an administrator, or by us
  bool carrier = false;  ///< there is somebody at the other end of the cable
};

class Netlink {
 public:
  static Result<Netlink, Failure> open();

  /// None: there is no such interface.
  std::optional<LinkState> find(const std::string& interface);
  Result<void, Failure> set_up(const std::string& interface);
  bool has_address(int index, Ipv4 address, int prefix);
  Result<void, Failure> add_address(int index, Ipv4 address, int prefix);

  /// The kernel then asks nobody by ARP who `address` is, and never forgets it. Takes the place of what it
  /// knew.
  Result<void, Failure> set_neighbour(int index, Ipv4 address, const Mac& mac);
  /// Fine when there is none.
  Result<void, Failure> remove_neighbour(int index, Ipv4 address);

  /// Asks for word of every change; the descriptor becomes readable then.
  Result<int, Failure> subscribe();
  /// Reads all word of changes and forgets it: the state is looked at anew.
  void drain();

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };
  using Socket = std::unique_ptr<nl_sock, Free>;

  explicit Netlink(Socket requests) : requests_(std::move(requests)) {}

  Socket requests_, events_;
};

}  // namespace rootstock::server
