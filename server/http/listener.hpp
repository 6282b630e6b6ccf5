#pragma once
// Ports and connections of the HTTP servers (edge: TCP and UNIX sockets).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "config/address.hpp"
#include "config/result.hpp"
#include "server/http/session.hpp"

namespace rootstock::server {

/// Neither all clients together nor one of them may take every descriptor.
struct Limits {
  int connections = 4096, of_one_client = 64;
  Patience patience;
};

class Listener {
 public:
  Listener(boost::asio::io_context& loop, Site site, Tally& tally, Limits limits = {});

  /// Needs root for ports below 1024.
  Result<void, Failure> open_tcp(Ipv4 address, std::uint16_t port);
  /// Takes the place of a socket that a dead process left. Root and `group` may connect; needs root.
  Result<void, Failure> open_unix(const std::filesystem::path& path, const std::string& group);
  void start();
  void stop();

 private:
  using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::generic::stream_protocol>;

  boost::asio::awaitable<void> accept_all();
  boost::asio::awaitable<void> serve(Connection connection, Peer peer);
  bool welcome(Ipv4 client);

  boost::asio::io_context& loop_;
  Site site_;
  Tally& tally_;
  Limits limits_;
  Acceptor acceptor_;
  std::map<Ipv4, int> connections_;  ///< open ones, by client
  int all_connections_ = 0;
};

}  // namespace rootstock::server
