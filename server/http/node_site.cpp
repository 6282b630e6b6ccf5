#include "server/http/node_site.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace rootstock::server {
namespace {

Answer wrong_method(std::string allow) {
  auto answer = text_answer(405, "this path takes " + allow + "\n");
  answer.allow = std::move(allow);
  return answer;
}

bool reads(const Request& request) { return request.method == Method::get || request.method == Method::head; }

Answer time() {
  const auto now = Time::clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
  return text_answer(200, fmt::format("{}\n", seconds.count()));
}

}  // namespace

NodeSite::NodeSite(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays, Vigil& vigil,
                   View::Ask ask)
    : files_(view, registry, desk),
      asks_(view, registry, desk, overlays, vigil, std::move(ask)),
      reports_(registry, desk, vigil) {}

boost::asio::awaitable<Answer> NodeSite::answer(Request request) {
  const auto& path = request.target.path;
  const auto report = NodeReports::at(path);
  if (report != nullptr && request.method != Method::post) co_return wrong_method("POST");
  if (report == nullptr && !reads(request)) co_return wrong_method("GET, HEAD");
  if (report != nullptr) co_return reports_.answer(report, request);
  if (path == "node/time") co_return time();
  if (path == "node/gate") co_return asks_.gate(request);
  if (path == "node/overlay") {
    auto overlay_answer = co_await asks_.overlay(std::move(request));
    co_return overlay_answer;
  }
  co_return files_.answer(request);
}

}  // namespace rootstock::server
