#include "server/http/node_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "server/log/log.hpp"

namespace rootstock::server {
namespace {

constexpr std::uint16_t first_free_port = 1024;  ///< below it, only root of a node may send

Answer wrong_method(std::string allow) {
  auto answer = text_answer(405, "this path takes " + allow + "\n");
  answer.allow = std::move(allow);
  return answer;
}

bool reads(const Request& request) { return request.method == Method::get || request.method == Method::head; }

std::string field(const Form& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string{} : found->second;
}

/// A short word of a node's own, for the state and the logs.
std::string word(std::string text) {
  constexpr std::size_t longest = 100;
  text.resize(std::min(text.size(), longest));
  std::erase_if(text, [](unsigned char c) { return c < 0x20 || c >= 0x7f; });
  return text;
}

/// UEFI's HTTP boot goes by the type before it looks at the name (UEFI 2.10 section 24.7.4: NBP by its media
/// type).
std::string media_type(const BootName& name) {
  if (name.text != BootText::none) return "text/plain; charset=utf-8";
  return name.file.ends_with(".efi") ? "application/efi" : "application/octet-stream";
}

double seconds_in(const std::string& text) {
  double seconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  return seconds >= 0 && seconds < 1e9 ? seconds : 0;
}

}  // namespace

NodeSite::NodeSite(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays)
    : view_(view), registry_(registry), desk_(desk), overlays_(overlays) {}

boost::asio::awaitable<Answer> NodeSite::answer(Request request) {
  const auto& path = request.target.path;
  const bool reports = path == "node/up" || path == "node/trouble";
  if (reports && request.method != Method::post) co_return wrong_method("POST");
  if (!reports && !reads(request)) co_return wrong_method("GET, HEAD");
  if (path == "node/time") co_return time();
  if (path == "node/overlay") {
    auto overlay_answer = co_await overlay(std::move(request));
    co_return overlay_answer;
  }
  if (path == "node/up") co_return up(request);
  if (path == "node/trouble") co_return trouble(request);
  co_return boot_file(request);
}

Answer NodeSite::boot_file(const Request& request) {
  auto served = view_.find(request.peer.address, request.target.path);
  if (!served && served.error() == tftp::Refusal::not_found)
    return text_answer(404, "there is no such boot file\n");
  if (!served) return text_answer(403, "this file may not be read\n");
  Answer answer;
  answer.type = media_type(served->name);
  answer.file = served->file;
  answer.range = range_of(request.range, answer.file->size());
  using Kind = RangeAnswer::Kind;
  if (answer.range.kind != Kind::whole) answer.status = answer.range.kind == Kind::part ? 206 : 416;

  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr || request.method != Method::get || answer.status == 416) return answer;
  desk_.on_fetch(*node, served->name);
  const auto boot = node->boot.started();
  answer.on_sent = [node, boot](std::uint64_t bytes) {
    if (node->boot.started() == boot) node->boot.on_bytes(bytes);
  };
  const bool to_the_end = answer.range.span.first + answer.range.span.length == answer.file->size();
  answer.on_end = [this, node, boot, to_the_end, name = served->name](std::uint64_t bytes, bool sent) {
    // A connection that a reset board left behind ends while the next boot is under way.
    if (node->boot.started() == boot) desk_.on_fetched(*node, name, bytes, sent && to_the_end);
  };
  return answer;
}

Answer NodeSite::time() const {
  const auto now = Time::clock::now().time_since_epoch();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
  return text_answer(200, fmt::format("{}\n", seconds.count()));
}

/// DESIGN section 6; the part about the boot is BootRecord::overlay_refusal.
boost::asio::awaitable<Answer> NodeSite::overlay(Request request) {
  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr) co_return refuse_overlay(node, request.peer, "no node has this address");
  if (request.peer.port >= first_free_port)
    co_return refuse_overlay(node, request.peer,
                             "it was asked for from a port that is free for every user (1024 or above)");
  if (const auto why = node->boot.overlay_refusal(Moment::clock::now()))
    co_return refuse_overlay(node, request.peer, *why);
  const auto files = co_await overlays_.files(*node, node->boot.generation());
  if (!files) {
    log::limited(
        "no overlay for " + node->record.name,
        fmt::format("no overlay for {}: {} {}", node->record.name, files.error().what, files.error().hint));
    co_return text_answer(500, files.error().what + "\n");
  }
  Answer answer;
  answer.type = "application/gzip";
  answer.text = rootfs::overlay_archive(*files);
  if (request.method == Method::head) co_return answer;
  const auto boot = node->boot.started();
  answer.on_end = [this, node, boot](std::uint64_t bytes, bool sent) {
    if (node->boot.started() != boot) return;
    node->boot.on_bytes(bytes);
    desk_.on_overlay(*node, bytes, sent);
  };
  co_return answer;
}

Answer NodeSite::refuse_overlay(Node* node, const Peer& peer, const std::string& why) {
  if (node != nullptr)
    desk_.on_overlay_refused(*node, why);
  else
    log::limited("overlay refused", fmt::format("{} was refused an overlay: {}", peer.address.text(), why));
  return text_answer(403, "no overlay: " + why + "\n");
}

/// Taken from any port, other than the overlay: the busybox of an image cannot choose its own, and no secret
/// goes out. A user of a node can only make that node look up, or in trouble, and an early "up" ends what it
/// may still be given.
Answer NodeSite::up(const Request& request) {
  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr) return text_answer(403, "no node has this address\n");
  const auto form = parse_form(request.body);
  desk_.on_up(*node, {word(field(form, "generation")), word(field(form, "kernel")),
                      seconds_in(field(form, "seconds"))});
  return text_answer(200, "ok\n");
}

Answer NodeSite::trouble(const Request& request) {
  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr) return text_answer(403, "no node has this address\n");
  desk_.on_trouble(*node, field(parse_form(request.body), "text"));
  return text_answer(200, "ok\n");
}

}  // namespace rootstock::server
