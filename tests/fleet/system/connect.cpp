#include "tests/fleet/system/connect.hpp"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/beast/core/error.hpp>

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

tcp::endpoint endpoint(Ipv4 address, std::uint16_t port) {
  return {asio::ip::address_v4(address.value), port};
}

std::uint16_t source_port(const PortRange& range, std::mt19937& random) {
  return static_cast<std::uint16_t>(std::uniform_int_distribution<int>(range.first, range.last)(random));
}

/// A port may still be held by a connection that has just been closed: then another one.
void bind(tcp::socket& socket, const Call& call, std::mt19937& random) {
  boost::system::error_code error;
  socket.open(tcp::v4(), error);
  for (int tries = 0; !error && tries < 50; ++tries) {
    socket.bind(endpoint(call.from, source_port(call.source, random)), error);
    if (error != asio::error::address_in_use) break;
    error.clear();
  }
  if (error) throw StepFailed(fmt::format("cannot send from {}: {}", call.from.text(), error.message()));
}

}  // namespace

asio::awaitable<Stream> connect(const Call& call, std::chrono::seconds patience, std::mt19937& random) {
  Stream stream(co_await asio::this_coro::executor);
  bind(stream.socket(), call, random);
  stream.expires_after(patience);
  const auto [error] =
      co_await stream.async_connect(endpoint(call.to, call.port), asio::as_tuple(asio::use_awaitable));
  if (error) throw StepFailed(fmt::format("{}:{}: {}", call.to.text(), call.port, words_of(error)));
  boost::system::error_code ignored;  // only a matter of speed
  stream.socket().set_option(tcp::no_delay(true), ignored);
  co_return stream;
}

std::string words_of(const boost::system::error_code& error) {
  if (error == boost::beast::error::timeout) return "no answer in time";
  if (error == asio::error::eof) return "the head closed the connection";
  return error.message();
}

}  // namespace rootstock::fleet
