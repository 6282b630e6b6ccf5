#include "server/nodes/identity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/nodes/asker.hpp"

namespace rootstock::server {
namespace {

using dhcp::Dialect;

/// Left in by makers of mainboards as it stands in AMI's sample firmware, on thousands of boards.
constexpr std::array<std::string_view, 2> samples{"03000200040005000006000700080009",
                                                  "00020003000400050006000700080009"};

/// A report travels and clocks differ: this much is no sign of anything.
constexpr std::chrono::seconds slack{5};
/// The seconds of two machines are not equally long: boards' quartzes differ by 100 ppm, which is 9 s a day,
/// and whoever slews a clock does so by 500 ppm. A node that is up for weeks has no twin because of that; a
/// real twin's system is told by its first heartbeats.
constexpr double drift = 0.002;

/// Their boot loaders say which of them they are; the others' say "some Raspberry Pi".
bool tells_model(Dialect dialect) {
  return dialect == Dialect::pi3 || dialect == Dialect::pi4 || dialect == Dialect::pi5;
}

}  // namespace

bool identifies(std::string_view uuid) {
  if (uuid.size() != 32 || std::ranges::find(samples, uuid) != samples.end()) return false;
  const auto first = uuid.substr(0, 2);
  for (std::size_t at = 2; at < uuid.size(); at += 2)
    if (uuid.substr(at, 2) != first) return true;
  return false;
}

Identity identity_of(const dhcp::Board& board) {
  Identity said;
  // iPXE tells of the machine what the firmware under it told already, not always in the same order of bytes.
  if (!dhcp::boots(board.dialect) || board.dialect == Dialect::ipxe) return said;
  if (board.serial) said.serial = fmt::format("{:08x}", *board.serial);
  // A Raspberry Pi's holds its serial, and else what changes with its firmware (1.1).
  if (!board.uuid || dhcp::is_raspberry_pi(board.dialect)) return said;
  for (const auto byte : *board.uuid) said.uuid += fmt::format("{:02x}", byte);
  if (!identifies(said.uuid)) said.uuid.clear();
  return said;
}

std::string contradiction(const NodeRecord& known, const dhcp::Board& asks) {
  if (!dhcp::boots(asks.dialect)) return {};  // anybody's word
  const auto said = identity_of(asks);
  if (!said.serial.empty() && !known.serial.empty() && said.serial != known.serial)
    return fmt::format("serial {}, where {} has {}", said.serial, known.name, known.serial);
  const auto dialect = dialect_of(known);
  if (tells_model(dialect) && tells_model(asks.dialect) && dialect != asks.dialect)
    return fmt::format("a {}, where {} is a {}", dhcp::name_of(asks.dialect), known.name, known.dialect);
  const auto architecture = dhcp::name_of(dhcp::architecture_of(asks));
  if (!architecture.empty() && !known.architecture.empty() && architecture != known.architecture)
    return fmt::format("{}, where {} is {}", architecture, known.name, known.architecture);
  // Two firmwares of one board may write its UUID differently (RFC 4578 2.3 leaves the order of bytes open).
  if (asks.dialect == dialect && !said.uuid.empty() && !known.uuid.empty() && said.uuid != known.uuid)
    return fmt::format("UUID {}, where {} has {}", said.uuid, known.name, known.uuid);
  return {};
}

bool runs_on_elsewhere(Moment firmware_asked, Moment beat_at, std::chrono::duration<double> uptime) {
  if (firmware_asked == Moment{} || beat_at < firmware_asked + slack) return false;
  const std::chrono::duration<double> since = beat_at - firmware_asked;
  return uptime > since * (1 + drift) + slack;
}

bool may_run_on_elsewhere(const Pulse& pulse, Moment firmware_asked, Moment now) {
  if (!pulse.beat_at || pulse.down_at || firmware_asked == Moment{}) return false;
  if (*pulse.beat_at > firmware_asked)
    return runs_on_elsewhere(firmware_asked, *pulse.beat_at,
                             std::chrono::duration<double>(pulse.beat.uptime)) ||
           now < firmware_asked + beat_interval + 2 * slack;
  const bool was_alive = firmware_asked - *pulse.beat_at <= lost_after;
  return was_alive && now < firmware_asked + beat_interval + 2 * slack;
}

std::string words_for_cloned_serial(const NodeRecord& known, bool alive, const Mac& newcomer,
                                    std::string_view name) {
  if (alive)
    return fmt::format(
        "its serial {0} is that of {1} ({2}), which runs: a cloned serial, or a second network card of {1}. "
        "If it is a board of its own: rootstock nodes approve {3}",
        known.serial, known.name, known.mac.text(), name);
  return fmt::format(
      "its serial {0} is that of {1} ({2}): the same board with another network card? Then: rootstock nodes "
      "replace {1} --with {3}. If it is a board of its own: rootstock nodes approve {4}",
      known.serial, known.name, known.mac.text(), newcomer.text(), name);
}

std::string words_for_twin(const NodeRecord& known) {
  return fmt::format(
      "two boards have the MAC {0}: one began to boot while the system of {1} went on running. Take one of "
      "them off the network; the other goes on 10 min later when it boots again, or with: rootstock nodes "
      "approve {1}",
      known.mac.text(), known.name);
}

std::string words_for_impostor(const NodeRecord& known, std::string_view contradiction) {
  return fmt::format(
      "another board asks under the MAC {0}: {2}. If the board of {1} was exchanged: rootstock nodes approve "
      "{1}; if not, take one of them off the network",
      known.mac.text(), known.name, contradiction);
}

}  // namespace rootstock::server
