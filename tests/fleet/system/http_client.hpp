#pragma once
// One HTTP request from a board's address (edge: Boost.Beast).

#include "tests/fleet/board.hpp"
#include "tests/fleet/system/connect.hpp"

namespace rootstock::fleet {

struct HttpAsk {
  std::string method = "GET";
  std::string path;  ///< without the leading '/'
  std::string form;  ///< the body of a POST
  bool wants_body = true;
  std::chrono::seconds patience{10};
};

/// Any status is an answer. StepFailed when there is none.
boost::asio::awaitable<WebReply> ask(const Call& call, const HttpAsk& what, std::mt19937& random);

/// http://10.77.0.1:8080/boot.ipxe; none when it is another kind of URL.
struct Url {
  Ipv4 host;
  std::uint16_t port = 80;
  std::string path;
  static std::optional<Url> parse(std::string_view text);
};

}  // namespace rootstock::fleet
