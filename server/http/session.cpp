#include "server/http/session.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>

#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using namespace asio::experimental::awaitable_operators;

// Each co_await below stands in a statement of its own: g++ 12 miscompiles some that stand in a condition.

constexpr std::uint32_t longest_header = 8 * 1024;
constexpr std::uint64_t buffered = 16 * 1024;  // of a body, at a time
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

using Stream = beast::basic_stream<asio::generic::stream_protocol>;
using Parser = http::request_parser<http::string_body>;

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::get;
    case http::verb::head: return Method::head;
    case http::verb::post: return Method::post;
    default: return Method::other;
  }
}

http::response<http::empty_body> header_of(const Answer& answer, bool keep_alive) {
  http::response<http::empty_body> header{http::int_to_status(answer.status), 11};
  header.set(http::field::server, "rootstock");
  header.set(http::field::content_type, answer.type);
  header.keep_alive(keep_alive);
  if (!answer.allow.empty()) header.set(http::field::allow, answer.allow);
  if (!answer.file) {
    header.content_length(answer.text.size());
    return header;
  }
  header.set(http::field::accept_ranges, "bytes");
  header.content_length(answer.range.span.length);
  const auto [first, length] = answer.range.span;
  if (answer.range.kind == RangeAnswer::Kind::part)
    header.set(http::field::content_range,
               fmt::format("bytes {}-{}/{}", first, first + length - 1, answer.file->size()));
  if (answer.range.kind == RangeAnswer::Kind::unsatisfiable)
    header.set(http::field::content_range, fmt::format("bytes */{}", answer.file->size()));
  return header;
}

/// The socket's buffer is full: waits until the client has read some of it.
asio::awaitable<bool> has_room(Connection& socket, Patience patience) {
  asio::steady_timer timer{socket.get_executor(), patience.reader};
  const auto event =
      co_await (socket.async_wait(Connection::wait_write, as_values) || timer.async_wait(as_values));
  co_return event.index() == 0 && !std::get<0>(std::get<0>(event));
}

/// All connections read into the same buffer, so that a thousand slow readers cost no memory: what the socket
/// did not take is read again from the page cache. Nothing waits between reading and sending. Returns how
/// much went out.
asio::awaitable<std::uint64_t> send_file(Connection& socket, const Answer& answer, Patience patience) {
  static std::array<std::byte, 128 * 1024> scratch;
  const auto [first, length] = answer.range.span;
  auto offset = first;
  socket.non_blocking(true);
  while (offset < first + length) {
    const auto want = std::min<std::uint64_t>(first + length - offset, scratch.size());
    const auto got = answer.file->read_at(offset, std::span{scratch}.first(want));
    if (got == 0) {
      log::limited("http file", "a boot file became shorter while it was sent: was a generation deleted?");
      break;
    }
    boost::system::error_code error;
    const auto sent = socket.write_some(asio::buffer(scratch.data(), got), error);
    if (error && error != asio::error::would_block) break;
    offset += sent;
    if (sent > 0 && answer.on_sent) answer.on_sent(sent);
    if (sent == got) {
      co_await asio::post(socket.get_executor(), asio::use_awaitable);  // let the others have their turn
      continue;
    }
    const bool room = co_await has_room(socket, patience);
    if (!room) break;
  }
  co_return offset - first;
}

asio::awaitable<bool> send_body(Stream& stream, const Answer& answer, Patience patience) {
  if (answer.file) {
    stream.expires_never();
    const auto sent = co_await send_file(stream.socket(), answer, patience);
    const bool whole = sent == answer.range.span.length;
    if (answer.on_end) answer.on_end(sent, whole);
    co_return whole;
  }
  const auto [error, sent] = co_await asio::async_write(stream, asio::buffer(answer.text), as_values);
  if (answer.on_sent) answer.on_sent(sent);
  if (answer.on_end) answer.on_end(sent, !error);
  co_return !error;
}

asio::awaitable<bool> send(Stream& stream, const Answer& answer, Patience patience, bool keep_alive,
                           bool head_only) {
  const auto header = header_of(answer, keep_alive);
  http::response_serializer<http::empty_body> serializer{header};
  stream.expires_after(patience.reader);
  const auto [error, sent] = co_await http::async_write_header(stream, serializer, as_values);
  if (error) {
    if (answer.on_end && !head_only) answer.on_end(0, false);  // what began ends
    co_return false;
  }
  if (head_only) co_return true;
  const bool whole = co_await send_body(stream, answer, patience);
  co_return whole;
}

/// None: an end that needs no word, a client that closed or one that stayed silent.
std::optional<Answer> answer_to_fault(boost::system::error_code error, Tally& tally) {
  if (error == http::error::end_of_stream || error == asio::error::operation_aborted) return std::nullopt;
  if (error == beast::error::timeout || error == asio::error::connection_reset) {
    tally.add(error == beast::error::timeout ? "timed out" : "connection reset");
    return std::nullopt;
  }
  tally.add("malformed: " + error.message());
  log::limited("malformed HTTP request", "malformed HTTP request: " + error.message());
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return text_answer(431, "the request's header is too long\n");
  if (error == http::error::body_limit) return text_answer(413, "the request's body is too long\n");
  return text_answer(400, "this is not an HTTP request that can be understood\n");
}

std::optional<Request> request_of(Parser& parser, Peer peer) {
  auto& message = parser.get();
  auto target = parse_target({message.target().data(), message.target().size()});
  if (!target) return std::nullopt;
  const auto range = message[http::field::range];
  return Request{peer,
                 method_of(message.method()),
                 std::move(*target),
                 {range.data(), range.size()},
                 std::move(message.body())};
}

asio::awaitable<bool> serve_request(Stream& stream, Parser& parser, Peer peer, const Site& site, Tally& tally,
                                    Patience patience) {
  const bool keep_alive = parser.get().keep_alive();
  auto request = request_of(parser, peer);
  if (!request) {
    tally.add("malformed: target");
    log::limited("malformed HTTP target", "an HTTP client asks for something that is no path of ours");
    co_await send(stream, text_answer(400, "this is not a path\n"), patience, false, false);
    co_return false;
  }
  const bool head_only = request->method == Method::head;
  stream.expires_never();
  const Answer answer = co_await site(std::move(*request));
  tally.add(fmt::format("answered {}", answer.status));
  const bool whole = co_await send(stream, answer, patience, keep_alive, head_only);
  co_return keep_alive&& whole;
}

}  // namespace

Answer text_answer(unsigned status, std::string text) {
  Answer answer;
  answer.status = status;
  answer.text = std::move(text);
  return answer;
}

asio::awaitable<void> serve_connection(Connection connection, Peer peer, const Site& site, Tally& tally,
                                       Patience patience) {
  Stream stream{std::move(connection)};
  beast::flat_buffer buffer{longest_header + buffered};
  bool more = true;
  while (more) {
    Parser parser;
    parser.header_limit(longest_header);
    parser.body_limit(patience.longest_body);
    stream.expires_after(patience.request);
    const auto [error, size] = co_await http::async_read(stream, buffer, parser, as_values);
    if (error) {
      const auto answer = answer_to_fault(error, tally);
      if (answer) co_await send(stream, *answer, patience, false, false);
      break;
    }
    more = co_await serve_request(stream, parser, peer, site, tally, patience);
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(Connection::shutdown_both, ignored);
}

}  // namespace rootstock::server
