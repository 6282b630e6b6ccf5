#pragma once
// One HTTP request and its answer as values; session.cpp turns bytes into the one and the other into bytes.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/address.hpp"
#include "server/http/range.hpp"
#include "server/http/target.hpp"
#include "tftp/file_source.hpp"

namespace rootstock::server {

/// Unset on the UNIX socket.
struct Peer {
  Ipv4 address;
  std::uint16_t port = 0;
};

enum class Method : std::uint8_t { get, head, post, other };

struct Request {
  Peer peer;
  Method method = Method::get;
  Target target;
  std::string range;  ///< the header's value; empty when there is none
  std::string body;
};

struct Answer {
  unsigned status = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string text;
  std::shared_ptr<const tftp::File> file;  ///< sent instead of `text`
  RangeAnswer range;                       ///< of `file`
  std::string allow;                       ///< with 405

  std::function<void(std::uint64_t)> on_sent{};       ///< bytes of the body, as they go out
  std::function<void(std::uint64_t, bool)> on_end{};  ///< how many in all, and whether that is the whole body
};

/// What answers the requests of one listener. Runs on the event loop; may wait.
using Site = std::function<boost::asio::awaitable<Answer>(Request)>;

Answer text_answer(unsigned status, std::string text);

}  // namespace rootstock::server
