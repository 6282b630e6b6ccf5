#pragma once
// Is this the board that it says it is? MAC, serial, the UUID of option 97 and the kind of board, as firmware
// tells them (NETBOOT-FACTS 0, 1.1, 1.2), against what is known of a seat. Values and times in, words out.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "dhcp/dialect.hpp"
#include "server/nodes/pulse.hpp"
#include "server/state/node_record.hpp"
#include "server/story/boot_record.hpp"

namespace rootstock::server {

/// What a board said of itself that tells it from others; empty where it said nothing, or what many boards
/// say.
struct Identity {
  std::string serial;  ///< 8 hex digits
  std::string uuid;    ///< 32 hex digits
};

Identity identity_of(const dhcp::Board& board);

/// Not what makers leave behind who fill nothing in: one byte over and over, or a known sample.
bool identifies(std::string_view uuid);

/// A board asks under the MAC of one that is known: what cannot be true of both, in words; "" when it may be
/// the same board, perhaps with another of its firmwares.
std::string contradiction(const NodeRecord& known, const dhcp::Board& asks);

/// A system that began before the board's firmware last asked for an address, and goes on talking after that:
/// there are two of them.
bool runs_on_elsewhere(Moment firmware_asked, Moment beat_at, std::chrono::duration<double> uptime);

/// The system that ran when this firmware asked may run still, on another board: the head waits for what its
/// next heartbeat says before it lets this boot have its overlay.
bool may_run_on_elsewhere(const Pulse& pulse, Moment firmware_asked, Moment now);

/// "its serial 1234abcd is that of node07 ...": what to do about a known serial at a new MAC. `alive`: the
/// board that is known by it runs or boots.
std::string words_for_cloned_serial(const NodeRecord& known, bool alive, const Mac& newcomer,
                                    std::string_view name);
std::string words_for_twin(const NodeRecord& known);
std::string words_for_impostor(const NodeRecord& known, std::string_view contradiction);

/// For so long nobody but the known board must have been heard before a doubt ends by itself.
constexpr std::chrono::minutes calm_after_doubt{10};

}  // namespace rootstock::server
