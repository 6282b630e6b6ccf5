#pragma once
// The cluster interface: found, set up, given its address, and watched (edge: libnl).

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"

namespace rootstock::server {

struct LinkOptions {
  std::string interface;
  Ipv4 address;
  int prefix = 24;
};

class ClusterLink {
 public:
  /// `on_ready` is called when the interface is there and has its address; again each time it was unplugged
  /// and came back, because sockets that were bound to the old one are deaf.
  ClusterLink(boost::asio::io_context& loop, LinkOptions options, std::function<void()> on_ready);
  ~ClusterLink();

  /// Looks now and at each change from now on. An interface that is not there yet is waited for.
  Result<void, Failure> start();
  void stop();

  bool is_there() const;
  bool has_carrier() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::server
