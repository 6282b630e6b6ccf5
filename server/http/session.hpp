#pragma once
// One HTTP connection, from its first request to its end (edge: Boost.Beast).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <chrono>

#include "server/http/exchange.hpp"
#include "server/http/tally.hpp"

namespace rootstock::server {

/// A TCP or a UNIX socket: what is said over it is the same.
using Connection = boost::asio::generic::stream_protocol::socket;

/// How long a client may keep us waiting, and how much it may say.
struct Patience {
  std::chrono::milliseconds request = std::chrono::seconds{30};  ///< for a whole request
  std::chrono::milliseconds reader = std::chrono::seconds{60};   ///< for reading any of an answer
  /// Of a request, in bytes. A node in trouble sends the end of its boot log, percent-coded.
  std::uint64_t longest_body = 16 * 1024;
};

boost::asio::awaitable<void> serve_connection(Connection connection, Peer peer, const Site& site,
                                              Tally& tally, Patience patience);

}  // namespace rootstock::server
