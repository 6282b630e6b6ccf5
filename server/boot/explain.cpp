#include "server/boot/explain.hpp"

#include <fmt/format.h>

#include <array>

#include "dhcp/policy.hpp"

namespace rootstock::server {
namespace {

/// The firmware that would speak first.
dhcp::Dialect dialect_of(const BoardQuestion& question, const Node* node) {
  if (!question.arch && !question.ipxe && node != nullptr)
    for (const auto dialect : {dhcp::Dialect::pxe_bios, dhcp::Dialect::uefi_x64, dhcp::Dialect::ipxe})
      if (node->record.dialect == dhcp::name_of(dialect)) return dialect;
  dhcp::Clues clues;
  clues.vendor_class = "PXEClient";
  clues.arch = question.arch.value_or(0);
  clues.ipxe_options = question.ipxe;
  return dhcp::recognise(clues);
}

std::string seat_words(const Explanation& told, bool boots) {
  if (!told.node.empty())
    return fmt::format("the board sits on {} and always gets {}", told.node, told.address);
  return boots ? "the board is new: it would join as the next free node"
               : "the board has no seat, and plain clients get none";
}

}  // namespace

Explanation explain(const Settings& settings, Registry& registry, const View& view,
                    const BoardQuestion& question) {
  Explanation told;
  const Node* node = registry.by_mac(question.mac);
  const auto dialect = dialect_of(question, node);
  told.dialect = dhcp::name_of(dialect);
  if (node != nullptr) {
    told.node = node->record.name;
    told.address = node->record.address.text();
  }
  told.why.push_back(seat_words(told, dhcp::boots(dialect)));

  const auto advice = dhcp::advise(dialect, {settings.network.address, settings.ports.http});
  told.boot_file = advice.file;
  told.why.push_back(advice.why);
  if (advice.file.empty()) return told;
  const auto generation = view.next_generation();
  if (!generation) {
    told.why.push_back(generation.error().what +
                       (generation.error().hint.empty() ? "" : ": " + generation.error().hint));
    return told;
  }
  told.generation = generation->label();
  told.why.push_back(
      fmt::format("{} is the active generation of the image {}", told.generation, generation->image));
  return told;
}

}  // namespace rootstock::server
