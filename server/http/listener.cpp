#include "server/http/listener.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;
using Protocol = asio::generic::stream_protocol;

Peer peer_of(const Protocol::endpoint& endpoint) {
  if (endpoint.protocol().family() != AF_INET) return {};
  sockaddr_in address{};
  std::memcpy(&address, endpoint.data(), std::min(endpoint.size(), sizeof address));
  return {Ipv4{ntohl(address.sin_addr.s_addr)}, ntohs(address.sin_port)};
}

/// Each answer leaves at once: header and body are separate writes, and Nagle would hold the second back.
void send_at_once(Connection& connection) {
  const int on = 1;
  ::setsockopt(connection.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Failure port_failure(const boost::system::error_code& error, Ipv4 address, std::uint16_t port) {
  auto what = fmt::format("cannot open port {} (HTTP) on {}: {}", port, address.text(), error.message());
  if (error == asio::error::address_in_use)
    return {std::move(what),
            fmt::format("see who holds it with `ss -ltnp sport = :{}`, or change ports.http", port)};
  if (error == asio::error::access_denied) return {std::move(what), "start rootstock as root"};
  return {std::move(what), "does the interface have the address of network.address?"};
}

}  // namespace

Listener::Listener(asio::io_context& loop, Site site, Tally& tally, Limits limits)
    : loop_(loop), site_(std::move(site)), tally_(tally), limits_(limits), acceptor_(loop) {}

Result<void, Failure> Listener::open_tcp(Ipv4 address, std::uint16_t port) {
  boost::system::error_code error;
  const asio::ip::tcp::endpoint here{asio::ip::address_v4{address.value}, port};
  acceptor_.open(Protocol{here.protocol()}, error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(Protocol::endpoint{here}, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return tl::unexpected{port_failure(error, address, port)};
  return {};
}

Result<void, Failure> Listener::open_unix(const std::filesystem::path& path, const std::string& group) {
  const auto refused = [&](std::string_view why) {
    return fail(fmt::format("cannot open the socket {}: {}", path.string(), why),
                "is paths.run a folder of root?");
  };
  if (path.native().size() >= sizeof(sockaddr_un::sun_path))
    return refused("the path is too long (107 bytes at most)");
  std::error_code ignored;
  if (std::filesystem::is_socket(path, ignored)) std::filesystem::remove(path, ignored);

  boost::system::error_code error;
  const asio::local::stream_protocol::endpoint here{path.string()};
  acceptor_.open(Protocol{here.protocol()}, error);
  // Closed to everybody until its group is right.
  const auto mask = ::umask(0777);
  if (!error) acceptor_.bind(Protocol::endpoint{here}, error);
  ::umask(mask);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return refused(error.message());
  const ::group* members = ::getgrnam(group.c_str());
  if (members == nullptr) return fail("there is no group '" + group + "'", "addgroup --system " + group);
  if (::chown(path.c_str(), 0, members->gr_gid) != 0 || ::chmod(path.c_str(), 0660) != 0)
    return refused(std::strerror(errno));
  return {};
}

void Listener::start() { asio::co_spawn(loop_, accept_all(), asio::detached); }

void Listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> Listener::accept_all() {
  constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
  while (acceptor_.is_open()) {
    Protocol::endpoint from;
    auto [error, connection] = co_await acceptor_.async_accept(from, as_values);
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      log::limited("http accept", "HTTP connections cannot be accepted: " + error.message());
      asio::steady_timer pause{loop_, std::chrono::milliseconds{100}};
      co_await pause.async_wait(as_values);
      continue;
    }
    const auto peer = peer_of(from);
    if (!welcome(peer.address)) continue;
    if (peer.port != 0) send_at_once(connection);
    asio::co_spawn(loop_, serve(std::move(connection), peer), asio::detached);
  }
}

bool Listener::welcome(Ipv4 client) {
  auto& of_client = connections_[client];
  if (all_connections_ >= limits_.connections || (!client.unset() && of_client >= limits_.of_one_client)) {
    if (of_client == 0) connections_.erase(client);
    tally_.add("too many connections");
    log::limited("http connections",
                 "too many HTTP connections; the last one refused came from " + client.text());
    return false;
  }
  ++of_client;
  ++all_connections_;
  return true;
}

asio::awaitable<void> Listener::serve(Connection connection, Peer peer) {
  try {
    co_await serve_connection(std::move(connection), peer, site_, tally_, limits_.patience);
  } catch (const std::exception& fault) {
    tally_.add("internal error");
    log::limited("http internal error",
                 std::string{"an HTTP request failed inside the server: "} + fault.what());
  }
  --all_connections_;
  if (--connections_[peer.address] == 0) connections_.erase(peer.address);
}

}  // namespace rootstock::server
