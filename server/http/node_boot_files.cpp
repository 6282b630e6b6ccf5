#include "server/http/node_boot_files.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

/// UEFI's HTTP boot goes by the type before it looks at the name (UEFI 2.10 section 24.7.4: NBP by its media
/// type).
std::string media_type(const BootName& name) {
  if (name.text != BootText::none) return "text/plain; charset=utf-8";
  return name.file.ends_with(".efi") ? "application/efi" : "application/octet-stream";
}

Answer answer_with(const Served& served, const std::string& range) {
  Answer answer;
  answer.type = media_type(served.name);
  answer.file = served.file;
  answer.range = range_of(range, answer.file->size());
  using Kind = RangeAnswer::Kind;
  if (answer.range.kind != Kind::whole) answer.status = answer.range.kind == Kind::part ? 206 : 416;
  return answer;
}

}  // namespace

Node* NodeBootFiles::still(int number, Moment boot) {
  const auto found = registry_.nodes().find(number);
  if (found == registry_.nodes().end() || found->second.boot.started() != boot) return nullptr;
  return &found->second;
}

Answer NodeBootFiles::answer(const Request& request) {
  const auto served = view_.find(request.peer.address, request.target.path);
  if (!served) return refusal(request, served.error());
  auto answer = answer_with(*served, request.range);
  Node* node = registry_.by_address(request.peer.address);
  if (node != nullptr && request.method == Method::get && answer.status != 416)
    follow(*node, served->name, answer);
  return answer;
}

Answer NodeBootFiles::refusal(const Request& request, tftp::Refusal why) {
  if (why != tftp::Refusal::not_found) return text_answer(403, "this file may not be read\n");
  if (Node* node = registry_.by_address(request.peer.address))
    desk_.on_missing(*node, boot_name(request.target.path, asker_of(node->record)));
  return text_answer(404, "there is no such boot file\n");
}

void NodeBootFiles::follow(Node& node, const BootName& name, Answer& answer) {
  desk_.on_fetch(node, name);
  const auto begun = Moment::clock::now();
  node.boot.on_begun(begun);
  const auto boot = node.boot.started();
  const auto number = node.record.number;
  answer.on_sent = [this, number, boot](std::uint64_t bytes) {
    if (Node* here = still(number, boot)) here->boot.on_bytes(bytes);
  };
  const bool to_the_end = answer.range.span.first + answer.range.span.length == answer.file->size();
  answer.on_end = [this, number, boot, begun, to_the_end, name](std::uint64_t bytes, bool sent) {
    Node* here = still(number, boot);
    if (here == nullptr) return;
    const auto now = Moment::clock::now();
    here->boot.on_ended(now);
    const auto seconds = std::chrono::duration<double>(now - begun).count();
    desk_.on_fetched(*here, name, bytes, sent && to_the_end, {.seconds = seconds});
  };
}

}  // namespace rootstock::server
