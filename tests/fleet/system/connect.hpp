#pragma once
// TCP as a board does it: from its own address, and from a low port where only root may (edge: sockets).

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>
#include <random>
#include <stdexcept>
#include <string>

#include "config/address.hpp"

namespace rootstock::fleet {

/// A step that did not work this time, in words; the initramfs tries it again.
struct StepFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Several strands and executors are of no use in a program of one thread: the stream's default type will do.
using Stream = boost::beast::tcp_stream;

struct PortRange {
  std::uint16_t first = 0, last = 0;  ///< both 0: any
};
constexpr PortRange any_port{}, overlay_ports{512, 1023},
    nfs_ports{665, 1023};  // init; SUNRPC's reserved ports

struct Call {
  Ipv4 from, to;
  std::uint16_t port = 80;
  PortRange source = any_port;
};

/// StepFailed when nobody answers within `patience`.
boost::asio::awaitable<Stream> connect(const Call& call, std::chrono::seconds patience, std::mt19937& random);

/// What an error of a stream means to a person.
std::string words_of(const boost::system::error_code& error);

}  // namespace rootstock::fleet
