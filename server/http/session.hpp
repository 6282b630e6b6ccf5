#pragma once
// One HTTP connection, from its first request to its end (edge: Boost.Beast).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include "server/http/exchange.hpp"
#include "server/http/tally.hpp"

namespace rootstock::server {

/// A TCP or a UNIX socket: what is said over it is the same.
using Connection = boost::asio::generic::stream_protocol::socket;

boost::asio::awaitable<void> serve_connection(Connection connection, Peer peer, const Site& site,
                                              Tally& tally);

}  // namespace rootstock::server
