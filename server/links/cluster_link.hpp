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

  /// `call` after every change of the interface that leaves it up. Perhaps it was set down and up again: the
  /// kernel then has forgotten the neighbours that it was told.
  void when_changed(std::function<void()> call);

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
