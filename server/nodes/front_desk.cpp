#include "server/nodes/front_desk.hpp"

#include "server/log/log.hpp"
#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

/// Ten lines tell a boot; more than this in a minute tell nothing new.
constexpr int most_lines_of_a_node = 40;

Moment now() { return Moment::clock::now(); }

}  // namespace

FrontDesk::FrontDesk(Registry& registry, Reception& reception, std::function<void(const NodeRecord&)> save)
    : registry_(registry), reception_(reception), save_(std::move(save)) {}

dhcp::Welcome FrontDesk::welcome(const dhcp::Board& board, bool starts) {
  return reception_.receive(board, starts, {Time::clock::now(), now()});
}

void FrontDesk::seat(const dhcp::Board& board, Ipv4 address) {
  Node* node = registry_.by_mac(board.mac);
  if (node == nullptr) return registry_.vacate(address);  // a board that waited may have had it
  const auto before = node->record.address;
  registry_.move(*node, address);
  const bool joins = node->record.joined == Time{};  // it was declared before
  if (joins) node->record.joined = Time::clock::now();
  const bool news = node->record.doubt.empty() && registry_.learn(*node, board);
  if (joins || news || node->record.address != before) save_(node->record);
}

void FrontDesk::on_exchange(const dhcp::Exchange& exchange) {
  // By dialect, so that a conflict of one board does not swallow the line on another's unknown firmware.
  if (exchange.warns)
    log::limited(
        fmt::format("dhcp warning about {} of {}", exchange.asked, dhcp::name_of(exchange.board.dialect)),
        fmt::format("DHCP {} of {}: {}", exchange.asked, exchange.board.mac.text(), exchange.why));
  if (!exchange.rival.unset()) rival_ = exchange.rival;
  Node* node = registry_.by_mac(exchange.board.mac);
  if (node == nullptr) return;
  const Moment before = node->boot.started();
  tell(*node, node->boot.on_dhcp(exchange, now()));
  if (exchange.answered.empty() && doorkeeper().holds(*node)) on_held(*node, exchange.why);
  if (node->boot.started() == before) return;
  if (!node->record.doubt.empty()) return;  // learnt from a stranger, it would make the stranger known
  if (const auto dialect = dhcp::name_of(exchange.board.dialect); node->record.dialect != dialect) {
    node->record.dialect = dialect;
    save_(node->record);
  }
}

void FrontDesk::on_malformed(std::string_view kind, Ipv4 from) {
  log::limited(fmt::format("dhcp {}", kind),
               fmt::format("a DHCP packet from {} was dropped: {}", from.text(), kind));
}

void FrontDesk::on_malformed(tftp::ParseError kind, Ipv4 from) {
  const auto words = tftp::text(kind);
  log::limited(fmt::format("tftp {}", words),
               fmt::format("a malformed TFTP packet from {} was dropped: {}", from.text(), words));
}

void FrontDesk::on_begun(Ipv4 client, std::string_view /*path*/) {
  Node* node = registry_.by_address(client);
  if (node == nullptr) return;
  node->boot.on_begun(now());
  doorkeeper().on_heard(*node, now());
}

void FrontDesk::on_transfer(const tftp::TransferReport& report) {
  Node* node = registry_.by_address(report.client);
  if (node == nullptr) return;
  if (!report.begun) node->boot.on_begun(now());  // refused at once: heard all the same
  node->boot.on_ended(now());
  if (report.probe) return;
  const auto name = boot_name(report.path, asker_of(node->record));
  if (report.missing) return on_missing(*node, name);
  // What breaks off may be left over from before the board was reset: no step of this boot.
  if (report.complete) on_fetch(*node, name);
  node->boot.on_bytes(report.bytes);
  if (report.bytes == 0 && !report.complete) return;
  on_fetched(*node, name, report.bytes, report.complete, {report.seconds, report.blocks, report.resent});
}

void FrontDesk::on_missing(Node& node, const BootName& name) {
  tell(node, node.boot.on_missing(name, now()));
}

void FrontDesk::on_cannot_boot(Node& node, const Failure& why) {
  const auto words = node.boot.on_cannot_boot(why, now());
  if (!words.empty()) log::limited("cannot boot " + node.record.name, node.record.name + ": " + words);
}

void FrontDesk::on_fetch(Node& node, const BootName& name) {
  tell(node, node.boot.on_fetch(name, now()));
  doorkeeper().on_fetch(node, name, now());
}

void FrontDesk::on_fetched(Node& node, const BootName& name, std::uint64_t bytes, bool complete,
                           Carriage how) {
  tell(node, node.boot.on_fetched(name, bytes, complete, now(), how));
  if (complete) doorkeeper().on_fetched(node, name, bytes, how.seconds, now());
}

void FrontDesk::on_held(Node& node, std::string_view words) { tell(node, node.boot.on_held(words, now())); }

void FrontDesk::on_overlay(Node& node, std::uint64_t bytes, bool complete) {
  doorkeeper().on_overlay(node, bytes, now());
  tell(node, node.boot.on_overlay(bytes, complete, now()));
}

void FrontDesk::on_overlay_refused(Node& node, std::string_view why) {
  const auto words = node.boot.on_overlay_refused(why, now());
  log::limited("overlay refused to " + node.record.name, node.record.name + " " + words);
}

void FrontDesk::on_up(Node& node, const UpReport& report) {
  tell(node, node.boot.on_up(report, now()));
  doorkeeper().on_end(node, now());
  node.record.generation = report.generation;
  node.record.last_up = Time::clock::now();
  save_(node.record);
}

void FrontDesk::on_trouble(Node& node, std::string_view text) {
  const auto words = node.boot.on_trouble(text, now());
  log::limited("trouble of " + node.record.name, node.record.name + " " + words);
}

void FrontDesk::tell(const Node& node, const std::string& words) {
  if (words.empty()) return;
  const auto line = node.record.name + " " + words;
  log::at_most(most_lines_of_a_node, log::Level::info, "boot of " + node.record.name, line);
}

}  // namespace rootstock::server
