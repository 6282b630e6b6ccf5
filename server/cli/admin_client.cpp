#include "server/cli/admin_client.hpp"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <exception>

namespace rootstock::server {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Stream = boost::beast::basic_stream<asio::local::stream_protocol>;
using Question = http::request<http::string_body>;
using Answer = http::response<http::string_body>;

constexpr std::uint64_t most_bytes = 64 << 20;  // 1000 nodes are 0.5 MB

asio::awaitable<Answer> exchange(Stream& stream, std::string socket, Question question) {
  stream.expires_after(std::chrono::seconds(10));
  co_await stream.async_connect(asio::local::stream_protocol::endpoint(socket), asio::use_awaitable);
  question.set(http::field::host, "rootstock");
  question.keep_alive(false);
  co_await http::async_write(stream, question, asio::use_awaitable);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(most_bytes);
  co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
  co_return parser.release();
}

AdminFailure no_answer(const std::string& socket, const boost::system::error_code& error) {
  if (error == boost::system::errc::permission_denied)
    return {
        {fmt::format("the service's socket {} may not be opened by you", socket),
         "only root and members of its group may: use sudo, or `usermod -aG rootstock USER` and log in anew"},
        exit_failed};
  if (error == boost::system::errc::no_such_file_or_directory ||
      error == boost::system::errc::connection_refused)
    return {{fmt::format("the service is not running: nothing answers at {}", socket),
             "`systemctl start rootstock`, or `rootstock serve`; a service with other settings needs "
             "--config FILE"},
            exit_not_running};
  return {{fmt::format("the service at {} does not answer: {}", socket, error.message()),
           "`journalctl -u rootstock` shows what it is doing"},
          exit_not_running};
}

std::string text_at(const boost::json::value& value, std::string_view key) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(key);
  const auto* text = found == nullptr ? nullptr : found->if_string();
  return text == nullptr ? "" : std::string{*text};
}

Result<boost::json::value, AdminFailure> read(const Answer& answer) {
  boost::system::error_code error;
  auto value = boost::json::parse(answer.body(), error);
  if (answer.result() == http::status::ok && !error) return value;
  const auto status = static_cast<int>(answer.result_int());
  const auto code = status >= 400 && status < 500 ? exit_bad_input : exit_failed;
  if (const auto what = text_at(value, "error"); !error && !what.empty())
    return tl::unexpected{AdminFailure{{what, text_at(value, "hint")}, code}};
  return tl::unexpected{
      AdminFailure{{fmt::format("the service gave an answer that is none (HTTP status {})", status),
                    "is the service of the same version? compare `rootstock version`"},
                   exit_failed}};
}

Result<boost::json::value, AdminFailure> answer_to(const std::filesystem::path& socket, Question question) {
  asio::io_context loop;
  Stream stream{loop};
  Result<boost::json::value, AdminFailure> result = boost::json::value{};
  asio::co_spawn(loop, exchange(stream, socket.string(), std::move(question)),
                 [&](const std::exception_ptr& thrown, const Answer& answer) {
                   try {
                     if (thrown) std::rethrow_exception(thrown);
                     result = read(answer);
                   } catch (const boost::system::system_error& error) {
                     result = tl::unexpected{no_answer(socket.string(), error.code())};
                   }
                 });
  loop.run();
  return result;
}

/// What went wrong is printed, and the exit code set.
std::optional<boost::json::value> told(Context& context, Result<boost::json::value, AdminFailure> answer) {
  if (answer) return std::move(*answer);
  context.failed(answer.error().failure, answer.error().code);
  return std::nullopt;
}

}  // namespace

Result<boost::json::value, AdminFailure> ask(const std::filesystem::path& socket, std::string_view target) {
  return answer_to(socket, Question{http::verb::get, target, 11});
}

Result<boost::json::value, AdminFailure> post(const std::filesystem::path& socket, std::string_view target,
                                              const boost::json::object& body) {
  Question question{http::verb::post, target, 11};
  question.set(http::field::content_type, "application/json");
  question.body() = boost::json::serialize(body);
  question.prepare_payload();
  return answer_to(socket, std::move(question));
}

std::optional<boost::json::value> ask(Context& context, std::string_view target) {
  const auto settings = context.settings();
  if (!settings) return std::nullopt;
  return told(context, ask(settings->paths.socket(), target));
}

std::optional<boost::json::value> post(Context& context, std::string_view target,
                                       const boost::json::object& body) {
  const auto settings = context.settings();
  if (!settings) return std::nullopt;
  return told(context, post(settings->paths.socket(), target, body));
}

}  // namespace rootstock::server
