#pragma once
// What the command line asks over the UNIX socket: which path is answered by whom. The answers themselves are
// in the admin_*.cpp beside this file, each of which registers its own; every answer is JSON. Who may open
// the socket at all is decided by its file mode.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/exchange.hpp"

namespace rootstock::server {

class AdminSite {
 public:
  /// `rest`: what stands behind the start of the path, decoded: "node01" of "nodes/node01" at "nodes/".
  using Handler = std::function<boost::asio::awaitable<Answer>(Request, std::string rest)>;

  /// "nodes" is that path alone, "nodes/" everything below it; the longest start that fits is asked. A GET
  /// answers HEAD too.
  void on(Method method, std::string path_start, Handler handler);

  boost::asio::awaitable<Answer> answer(Request request) const;

 private:
  struct Route {
    Method method;
    std::string start;
    Handler handler;
  };
  std::vector<Route> routes_;
};

/// A handler that has nothing to wait for: `answer(const Request&, const std::string& rest)`.
template <class Function>
AdminSite::Handler at_once(Function answer) {
  return [answer = std::move(answer)](Request request, std::string rest) -> boost::asio::awaitable<Answer> {
    co_return answer(request, rest);
  };
}

}  // namespace rootstock::server
