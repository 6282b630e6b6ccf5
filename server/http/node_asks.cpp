#include "server/http/node_asks.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

#include "server/boot/waiting_screen.hpp"
#include "server/http/fields.hpp"
#include "server/log/log.hpp"
#include "server/nodes/identity.hpp"

namespace rootstock::server {
namespace {

constexpr std::uint16_t first_free_port = 1024;  ///< below it, only root of a node may send

std::string_view image_of(std::string_view label) { return label.substr(0, label.rfind('/')); }

}  // namespace

NodeAsks::NodeAsks(View& view, Registry& registry, FrontDesk& desk, Overlays& overlays, Vigil& vigil,
                   View::Ask ask)
    : view_(view),
      registry_(registry),
      desk_(desk),
      overlays_(overlays),
      vigil_(vigil),
      ask_(std::move(ask)) {}

/// A board that was switched off and on at once waits for some seconds; one that said "down" does not.
Pass NodeAsks::pass_of(Node& node) {
  const bool is_up = node.boot.stage() == Stage::up;  // then it is this boot that was heard
  if (!is_up && may_run_on_elsewhere(node.pulse, node.suspicion.known_at, Moment::clock::now()))
    return {
        false, std::chrono::seconds{2},
        node.record.name + " ran a moment ago: making sure that no other board runs as " + node.record.name};
  return ask_ ? ask_(node, Gate::initramfs) : Pass{};
}

/// Whether what the board has loaded is what it may boot: who waited for approval may have been given another
/// image meanwhile. Within an image a boot keeps to the generation it began with.
std::optional<std::string> NodeAsks::must_start_over(const Node& node) const {
  const auto& loaded = node.boot.generation();
  const auto next = view_.next_boot(node.record);
  const auto label = next.label();
  if (loaded.empty() || label.empty() || loaded == label) return std::nullopt;
  if (node.record.pinned.empty() && image_of(loaded) == image_of(label)) return std::nullopt;
  return fmt::format("{} has loaded {} and is to boot {} now", node.record.name, loaded, label);
}

Answer NodeAsks::gate(const Request& request) {
  Node* node = registry_.by_address(request.peer.address);
  if (node == nullptr)
    return text_answer(403, "no node has the address " + request.peer.address.text() + "\n");
  const auto& form = request.target.query;
  // Where a system runs, it is one of its users that asks.
  const bool runs = node->boot.stage() == Stage::up && node->pulse.alive(Moment::clock::now());
  if (!runs) vigil_.on_gate(*node, word(form, "boot"), word(form, "model"));
  // The protocol between head and init is lines.
  if (const auto pass = pass_of(*node); !pass.go)
    return text_answer(200, fmt::format("wait {}\n{}\n", pass.again.count(), one_line(pass.words)));
  if (const auto why = must_start_over(*node)) return text_answer(200, "again-from-start\n" + *why + "\n");
  // It may have waited here for hours: its overlay is to be had from now on.
  const auto& boot = node->boot.data();
  if (boot.initramfs_sent != Moment{}) node->boot.on_let_in(Moment::clock::now());
  return text_answer(200, "go\n");
}

/// DESIGN section 6; the part about the boot is BootRecord::overlay_refusal.
std::optional<std::string> NodeAsks::refusal(const Node* node, const Peer& peer) const {
  if (node == nullptr) return "no node has this address";
  if (peer.port >= first_free_port)
    return "it was asked for from a port that is free for every user (1024 or above)";
  if (node->record.standing != Standing::member) return node->record.name + " is not let into the cluster";
  if (!node->record.doubt.empty()) return node->record.doubt;
  return node->boot.overlay_refusal(Moment::clock::now());
}

boost::asio::awaitable<Answer> NodeAsks::overlay(Request request) {
  Node* node = registry_.by_address(request.peer.address);
  // An initramfs of before there were gates asks here first; it takes 503 for "later", and asks again.
  if (node != nullptr)
    if (const auto pass = pass_of(*node); !pass.go) co_return text_answer(503, pass.words + "\n");
  if (const auto why = refusal(node, request.peer)) co_return refuse_overlay(node, request.peer, *why);
  const auto number = node->record.number;
  const auto files = co_await overlays_.files(*node, node->boot.generation());
  node = registry_.by_address(request.peer.address);  // much may have happened meanwhile
  if (node != nullptr && node->record.number != number) node = nullptr;
  if (const auto why = refusal(node, request.peer)) co_return refuse_overlay(node, request.peer, *why);
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
  answer.on_end = [this, number, boot](std::uint64_t bytes, bool sent) {
    const auto here = registry_.nodes().find(number);
    if (here == registry_.nodes().end() || here->second.boot.started() != boot) return;
    here->second.boot.on_bytes(bytes);
    desk_.on_overlay(here->second, bytes, sent);
  };
  co_return answer;
}

Answer NodeAsks::refuse_overlay(Node* node, const Peer& peer, const std::string& why) {
  if (node != nullptr)
    desk_.on_overlay_refused(*node, why);
  else
    log::limited("overlay refused", fmt::format("{} was refused an overlay: {}", peer.address.text(), why));
  return text_answer(403, "no overlay: " + why + "\n");
}

}  // namespace rootstock::server
