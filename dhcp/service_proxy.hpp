#pragma once
// Ports and packets of the proxyDHCP server: 67, where boards speak to everybody, and 4011, where PXE
// firmware asks for its boot file.

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"
#include "dhcp/site.hpp"

namespace rootstock::dhcp {

struct ProxyOptions {
  std::string interface;
  Ipv4 head;
  Subnet subnet;
  std::uint16_t port = 67, binl_port = 4011;
  std::uint16_t http_port = 80;
};

class ProxyService {
 public:
  ProxyService(boost::asio::io_context& loop, ProxyOptions options, Seating& seating, Observer& observer);
  ~ProxyService();

  /// Opens the sockets; needs root. Call before privileges are dropped.
  Result<void, Failure> open();
  void start();
  void stop();

  /// As Service::ask_again(). What boards ask on port 4011 is not kept: they ask again of their own accord.
  void ask_again(const Mac& mac);

  /// As Service::counters().
  std::map<std::string, std::uint64_t> counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rootstock::dhcp
