// What clients may do to an HTTP connection, good and bad, over real sockets on loopback.
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <thread>

#include "server/http/listener.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

constexpr std::uint64_t large = 64 << 20;  // more than both socket buffers hold

/// Each byte is the low byte of its offset.
class CountingFile final : public tftp::File {
 public:
  std::uint64_t size() const override { return large; }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    const auto count = std::min<std::uint64_t>(out.size(), large - offset);
    for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::byte>(offset + i);
    return count;
  }
};

std::uint16_t free_port(asio::io_context& loop) {
  return tcp::acceptor{loop, {asio::ip::address_v4::loopback(), 0}}.local_endpoint().port();
}

/// A listener on a thread of its own. It answers with what it was asked, or with a large file.
struct Server {
  asio::io_context loop{1};
  Tally tally;
  std::atomic<std::uint64_t> sent = 0;
  std::atomic<int> whole = 0, broken = 0;
  Listener listener;
  std::uint16_t port = free_port(loop);
  std::thread thread;

  explicit Server(Limits limits = {})
      : listener(
            loop, [this](Request request) { return answer(std::move(request)); }, tally, limits) {
    REQUIRE(listener.open_tcp("127.0.0.1"_ip, port));
    listener.start();
    thread = std::thread([this] { loop.run(); });
  }
  ~Server() { end(); }
  /// Only then may the tally be read.
  void end() {
    if (!thread.joinable()) return;
    std::this_thread::sleep_for(20ms);  // a client may see the end of its connection before the tally does
    asio::post(loop, [this] { loop.stop(); });
    thread.join();
  }
  std::uint64_t count(const std::string& kind) {
    end();
    const auto found = tally.counts().find(kind);
    return found == tally.counts().end() ? 0 : found->second;
  }

  asio::awaitable<Answer> answer(Request request) {
    if (request.target.path == "throws") throw std::runtime_error("as asked");
    if (request.target.path != "large")
      co_return text_answer(200, fmt::format("{}:{}", request.target.path, request.body));
    Answer answer;
    answer.file = std::make_shared<CountingFile>();
    answer.range = range_of(request.range, large);
    if (answer.range.kind == RangeAnswer::Kind::part) answer.status = 206;
    answer.on_sent = [this](std::uint64_t bytes) { sent += bytes; };
    answer.on_end = [this](std::uint64_t, bool all) { ++(all ? whole : broken); };
    co_return answer;
  }
};

class Client {
 public:
  explicit Client(const Server& server) {
    socket_.connect({asio::ip::address_v4::loopback(), server.port});
    const timeval patience{5, 0};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  void say(std::string_view text) {
    boost::system::error_code ignored;  // a refused one may be closed already
    asio::write(socket_, asio::buffer(text), ignored);
  }
  /// All that comes until the server closes, or says nothing for five seconds ("...": it did not close).
  std::string hears() {
    std::string all;
    char piece[65536];
    for (;;) {
      const auto got = ::recv(socket_.native_handle(), piece, sizeof piece, 0);
      if (got < 0 && errno == EAGAIN) return all + "...";
      if (got <= 0) return all;
      all.append(piece, static_cast<std::size_t>(got));
    }
  }
  std::string asks(std::string_view text) {
    say(text);
    return hears();
  }

 private:
  asio::io_context loop_;
  tcp::socket socket_{loop_};
};

int times(const std::string& text, std::string_view part) {
  int count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

constexpr auto last = "GET /last HTTP/1.1\r\nConnection: close\r\n\r\n";

}  // namespace

TEST_CASE("one connection carries many requests, also sent all at once") {
  Server server;
  Client client{server};
  std::string many;
  for (int i = 0; i < 50; ++i) many += fmt::format("GET /{} HTTP/1.1\r\nHost: head\r\n\r\n", i);
  const auto heard = client.asks(many + last);
  CHECK(times(heard, "HTTP/1.1 200 OK") == 51);
  CHECK(heard.find("\r\n\r\n7:HTTP") != heard.npos);
  CHECK(heard.ends_with("\r\n\r\nlast:"));
  CHECK(server.count("answered 200") == 51);
}

TEST_CASE("a request may come byte by byte") {
  Server server;
  Client client{server};
  for (const char c : std::string_view{last}) client.say({&c, 1});
  CHECK(client.hears().ends_with("last:"));
}

TEST_CASE("a body comes with its length or in chunks") {
  Server server;
  const auto* body =
      GENERATE("Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
  CHECK(Client{server}
            .asks(std::string{"POST /up HTTP/1.1\r\nConnection: close\r\n"} + body)
            .ends_with("up:hello"));
}

TEST_CASE("a client of HTTP/1.0 gets its answer and an end") {
  Server server;
  CHECK(Client{server}.asks("GET /old HTTP/1.0\r\n\r\n").ends_with("old:"));
}

TEST_CASE("HEAD tells the length and sends nothing") {
  Server server;
  const auto heard = Client{server}.asks("HEAD /large HTTP/1.1\r\nConnection: close\r\n\r\n");
  CHECK(heard.find(fmt::format("Content-Length: {}\r\n", large)) != heard.npos);
  CHECK(heard.ends_with("\r\n\r\n"));
  CHECK(server.sent == 0);
}

TEST_CASE("a large file comes whole, a part of it exactly") {
  Server server;
  const auto heard = Client{server}.asks("GET /large HTTP/1.1\r\nConnection: close\r\n\r\n");
  const auto body = heard.substr(heard.find("\r\n\r\n") + 4);
  REQUIRE(body.size() == large);
  for (std::size_t at = 0; at < large; at += 4093)
    REQUIRE(static_cast<std::uint8_t>(body[at]) == (at & 0xff));
  const auto part =
      Client{server}.asks("GET /large HTTP/1.1\r\nRange: bytes=65-66\r\nConnection: close\r\n\r\n");
  CHECK(part.starts_with("HTTP/1.1 206"));
  CHECK(part.find(fmt::format("Content-Range: bytes 65-66/{}\r\n", large)) != part.npos);
  CHECK(part.ends_with("\r\n\r\nAB"));
  CHECK(server.sent == large + 2);
  CHECK(server.whole == 2);
}

TEST_CASE("what is no request is refused in a word, and the connection ends") {
  Server server;
  const auto [request, status] = GENERATE(table<std::string, std::string>({
      {"\x16\x03\x01\x02 this is TLS\r\n\r\n", "400"},
      {"GET / HTTP/9.9\r\n\r\n", "400"},
      {"GET /../../etc/passwd HTTP/1.1\r\n\r\n", "400"},
      {"GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n", "431"},
      {"GET / HTTP/1.1\r\nX: " + std::string(9000, 'a') + "\r\n\r\n", "431"},
      {"POST /up HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", "413"},
      {"POST /up HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "400"},
      {"POST /up HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"},
  }));
  CAPTURE(request.substr(0, 40));
  CHECK(Client{server}.asks(request).starts_with("HTTP/1.1 " + status));
  CHECK(Client{server}.asks(last).ends_with("last:"));
}

TEST_CASE("a client that never ends its request is let go") {
  Limits limits;
  limits.patience.request = 200ms;
  Server server{limits};
  SECTION("silent from the start") { CHECK(Client{server}.hears().empty()); }
  SECTION("drop by drop: the time is for the whole request") {
    Client client{server};
    client.say("GET / HTTP/1.1\r\n");
    for (int i = 0; i < 20; ++i) {
      client.say("X: y\r\n");
      std::this_thread::sleep_for(20ms);
    }
    CHECK(client.hears().empty());
  }
  SECTION("silent after an answer") {
    CHECK(times(Client{server}.asks("GET /a HTTP/1.1\r\n\r\n"), "HTTP/1.1 200") == 1);
  }
  CHECK(server.count("timed out") == 1);
}

TEST_CASE("a client that does not read its answer is let go") {
  Limits limits;
  limits.patience.reader = 200ms;
  Server server{limits};
  Client client{server};
  client.say("GET /large HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 100 && server.broken == 0; ++i) std::this_thread::sleep_for(50ms);
  CHECK(server.broken == 1);
  CHECK(server.sent < large);
}

TEST_CASE("one client may not take every connection, and gets its share back") {
  Limits limits;
  limits.of_one_client = 3;
  Server server{limits};
  {
    Client first{server}, second{server}, third{server};
    CHECK(times(first.asks(last), "200 OK") == 1);  // ended: makes room again
    Client fourth{server}, fifth{server};
    CHECK(fifth.asks(last).empty());
    CHECK(times(fourth.asks(last), "200 OK") == 1);
  }
  CHECK(times(Client{server}.asks(last), "200 OK") == 1);
  CHECK(server.count("too many connections") == 1);
}

TEST_CASE("a fault inside ends one connection, not the service") {
  Server server;
  CHECK(Client{server}.asks("GET /throws HTTP/1.1\r\n\r\n").empty());
  CHECK(Client{server}.asks(last).ends_with("last:"));
  CHECK(server.count("internal error") == 1);
}

TEST_CASE("a port that is taken is a clear message") {
  Server server;
  Tally tally;
  asio::io_context loop;
  Listener second{loop, {}, tally};
  const auto opened = second.open_tcp("127.0.0.1"_ip, server.port);
  REQUIRE_FALSE(opened);
  CHECK(opened.error().what.find(std::to_string(server.port)) != std::string::npos);
  CHECK(opened.error().hint.find("ss -ltnp") != std::string::npos);
}
