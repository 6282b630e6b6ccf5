#include "tests/fleet/system/http_client.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <charconv>

#include "tests/fleet/firmware/sha256.hpp"

namespace rootstock::fleet {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);
using Parser = http::response_parser<http::buffer_body>;

http::request<http::string_body> request(const Call& call, const HttpAsk& what) {
  http::request<http::string_body> message{http::string_to_verb(what.method), "/" + what.path, 11};
  message.set(http::field::host, call.to.text());
  message.set(http::field::connection, "close");
  if (!what.form.empty()) {
    message.set(http::field::content_type, "application/x-www-form-urlencoded");
    message.body() = what.form;
  }
  message.prepare_payload();
  return message;
}

/// Hashed as it comes: a thousand boards' kernels need no room.
asio::awaitable<void> read_body(Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser,
                                const HttpAsk& what, WebReply& reply) {
  Sha256 digest;
  std::array<std::uint8_t, 32768> piece;
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    stream.expires_after(what.patience);
    auto [error, size] = co_await http::async_read(stream, buffer, parser, as_tuple);
    if (error == http::error::need_buffer) error = {};
    if (error) throw StepFailed(fmt::format("/{}: {}", what.path, words_of(error)));
    const Bytes got(piece.data(), piece.size() - body.size);
    reply.size += got.size();
    digest.add(got);
    if (what.wants_body) reply.body.insert(reply.body.end(), got.begin(), got.end());
  }
  reply.sha256 = digest.finish();
}

}  // namespace

asio::awaitable<WebReply> ask(const Call& call, const HttpAsk& what, std::mt19937& random) {
  auto stream = co_await connect(call, what.patience, random);
  const auto message = request(call, what);
  stream.expires_after(what.patience);
  auto [write_error, written] = co_await http::async_write(stream, message, as_tuple);
  if (write_error) throw StepFailed(fmt::format("/{}: {}", what.path, words_of(write_error)));
  boost::beast::flat_buffer buffer;
  Parser parser;
  parser.body_limit(std::uint64_t{1} << 32);
  parser.skip(what.method == "HEAD");
  auto [error, size] = co_await http::async_read_header(stream, buffer, parser, as_tuple);
  if (error) throw StepFailed(fmt::format("/{}: {}", what.path, words_of(error)));
  WebReply reply;
  reply.status = parser.get().result_int();
  if (what.method == "HEAD")
    reply.size = parser.content_length().value_or(0);
  else
    co_await read_body(stream, buffer, parser, what, reply);
  co_return reply;
}

std::optional<Url> Url::parse(std::string_view text) {
  constexpr std::string_view scheme = "http://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  const auto slash = std::min(text.find('/'), text.size());
  auto host = text.substr(0, slash);
  Url url;
  if (slash < text.size()) url.path = text.substr(slash + 1);
  if (const auto colon = host.find(':'); colon != host.npos) {
    const auto port = host.substr(colon + 1);
    if (std::from_chars(port.data(), port.data() + port.size(), url.port).ec != std::errc{})
      return std::nullopt;
    host = host.substr(0, colon);
  }
  const auto address = Ipv4::parse(host);
  if (!address) return std::nullopt;
  url.host = *address;
  return url;
}

}  // namespace rootstock::fleet
