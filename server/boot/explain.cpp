#include "server/boot/explain.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "dhcp/policy.hpp"
#include "dhcp/proxy_policy.hpp"
#include "dhcp/quirks.hpp"
#include "server/boot/boot_path.hpp"
#include "server/nodes/asker.hpp"
#include "server/nodes/joining.hpp"

namespace rootstock::server {
namespace {

using dhcp::Dialect;

/// What firmware of this number calls itself (NETBOOT-FACTS section 0).
std::string_view vendor_class_of(std::uint16_t arch) {
  if (arch == 22) return "U-Boot.armv8";
  return arch >= 15 && arch <= 20 ? "HTTPClient" : "PXEClient";
}

/// The firmware that would speak first.
Dialect dialect_of(const BoardQuestion& question, const Node* node) {
  if (question.firmware) return *question.firmware;
  if (!question.arch && !question.ipxe && node != nullptr)
    if (const auto known = dialect_of(node->record); known != Dialect::unknown) return known;
  dhcp::Clues clues;
  clues.arch = question.arch.value_or(0);
  clues.vendor_class = vendor_class_of(*clues.arch);
  clues.ipxe_options = question.ipxe;
  clues.mac = question.mac;
  return dhcp::recognise(clues);
}

/// iPXE runs everywhere: there the node knows best, and then the number that was asked for.
std::string architecture_of(Dialect dialect, const BoardQuestion& question, const Node* node) {
  dhcp::Board board;
  board.dialect = dialect;
  board.arch = question.arch;
  const auto said = dhcp::name_of(dhcp::architecture_of(board));
  if (!said.empty()) return std::string{said};
  return node != nullptr ? node->record.architecture : std::string{};
}

/// Whether it would be let in now, with nobody at `rootstock nodes join`.
std::string words_for_new(const Mac& mac, Dialect dialect, const Settings& settings, Registry& registry) {
  if (!dhcp::boots(dialect)) return "the board has no seat, and plain clients get none";
  if (const auto* seat = registry.seat_for({}); seat != nullptr)
    return fmt::format("the board is new: it would take the seat of {}", seat->record.name);
  dhcp::Board board;
  board.mac = mac;
  board.dialect = dialect;
  const auto decision = decide(settings.nodes.join, false, board);
  return decision.why.empty() ? "the board is new: it would join as the next free node" : decision.why;
}

std::string words_for_known(const NodeRecord& record, DhcpMode mode) {
  const auto& name = record.name;
  if (record.standing == Standing::denied)
    return fmt::format("{} was denied: it gets no answer; rootstock nodes approve {} lets it in after all",
                       name, name);
  if (!record.doubt.empty()) return fmt::format("{} is in doubt and gets no overlay: {}", name, record.doubt);
  if (record.standing == Standing::waiting)
    return fmt::format("{} waits to be let in: rootstock nodes approve {}", name, name);
  if (mode == DhcpMode::proxy)
    return fmt::format("the board sits on {}; its address comes from the other DHCP server", name);
  if (record.address.unset())
    return fmt::format("the board sits on {} and gets an address when it asks", name);
  return fmt::format("the board sits on {} and always gets {}", name, record.address.text());
}

std::string words_of(const Failure& failure) {
  return failure.hint.empty() ? failure.what : failure.what + ": " + failure.hint;
}

/// The seat as it would be if the board were what the question says.
NodeRecord as_asked(const Explanation& told, const BoardQuestion& question, const Registry& registry,
                    const Node* node, Dialect dialect) {
  NodeRecord record = node != nullptr ? node->record : NodeRecord{};
  if (node == nullptr) {
    dhcp::Board board;
    board.dialect = dialect;
    board.arch = question.arch;
    record.group = registry.group_for(board);
  }
  record.mac = question.mac;
  record.architecture = told.architecture;
  return record;
}

/// What of the image's generations is for this board.
void add_generation(Explanation& told, const View& view, Dialect dialect, const NodeRecord& node) {
  const auto [orders, generation] = view.next_boot(node);
  told.why.push_back(orders.image_why);
  for (const auto& words : orders.options_why) told.why.push_back(words);
  if (!generation) return told.why.push_back(words_of(generation.error()));
  told.generation = generation->label();
  if (orders.pinned.empty())
    told.why.push_back(fmt::format("{} is the active generation of the image {} for {}", told.generation,
                                   generation->image, generation->architecture));
  if (const auto why = view.why_not(dialect, *generation)) return told.why.push_back(words_of(*why));
  told.files = boot_path(dialect, {node.mac, told.serial, dhcp::is_raspberry_pi(dialect)}, told.generation);
}

}  // namespace

Explanation explain(const Settings& settings, Registry& registry, const View& view,
                    const BoardQuestion& question) {
  Explanation told;
  const Node* node = registry.by_mac(question.mac);
  const auto dialect = dialect_of(question, node);
  told.dialect = dhcp::name_of(dialect);
  told.architecture = architecture_of(dialect, question, node);
  if (node != nullptr) {
    told.node = node->record.name;
    if (!node->record.address.unset()) told.address = node->record.address.text();
    told.serial = node->record.serial;
  }
  told.why.push_back(node != nullptr ? words_for_known(node->record, settings.dhcp.mode)
                                     : words_for_new(question.mac, dialect, settings, registry));

  const auto advice = dhcp::advise(dialect, {settings.network.address, settings.ports.http});
  told.boot_file = advice.file;
  told.why.push_back(advice.why);
  if (settings.dhcp.mode == DhcpMode::proxy)
    told.why.push_back(
        fmt::format("beside another DHCP server: {}", dhcp::advise_beside_server(dialect).why));
  for (const auto& quirk : dhcp::quirks_of(dialect))
    told.quirks.push_back(fmt::format("{}: {} ({})", quirk.name, quirk.what, quirk.source));
  if (dhcp::boots(dialect))
    add_generation(told, view, dialect, as_asked(told, question, registry, node, dialect));
  return told;
}

}  // namespace rootstock::server
