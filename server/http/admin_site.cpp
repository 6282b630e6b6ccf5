#include "server/http/admin_site.hpp"

#include <utility>

#include "server/http/admin_answer.hpp"

namespace rootstock::server {
namespace {

bool fits(const std::string& start, const std::string& path) {
  return start.ends_with('/') ? path.size() > start.size() && path.starts_with(start) : path == start;
}

Answer nothing_at(const std::string& path) {
  return failure(404,
                 {"there is nothing at /" + path, "is the command line of the same version as the service?"});
}

Answer wrong_method(const std::string& path, bool takes_post) {
  auto answer = failure(405, {"/" + path + " takes " + (takes_post ? "POST" : "GET") + " only",
                              "is the command line of the same version as the service?"});
  answer.allow = takes_post ? "POST" : "GET, HEAD";
  return answer;
}

}  // namespace

void AdminSite::on(Method method, std::string path_start, Handler handler) {
  routes_.push_back({method, std::move(path_start), std::move(handler)});
}

boost::asio::awaitable<Answer> AdminSite::answer(Request request) const {
  const auto path = request.target.path;
  const auto method = request.method == Method::head ? Method::get : request.method;
  const Route *best = nullptr, *other = nullptr;
  for (const auto& route : routes_) {
    if (!fits(route.start, path)) continue;
    auto& place = route.method == method ? best : other;
    if (place == nullptr || place->start.size() < route.start.size()) place = &route;
  }
  if (best == nullptr && other == nullptr) co_return nothing_at(path);
  if (best == nullptr) co_return wrong_method(path, other->method == Method::post);
  auto rest = path.substr(best->start.size());
  auto answer = co_await best->handler(std::move(request), std::move(rest));
  co_return answer;
}

}  // namespace rootstock::server
