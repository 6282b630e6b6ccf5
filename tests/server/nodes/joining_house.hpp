#pragma once
// Boards that ask a head whose reception, seats and leases are the real ones; its disk is two lists, and its
// clock the test's.

#include <map>
#include <string>
#include <vector>

#include "dhcp/client_kind.hpp"
#include "dhcp/responder.hpp"
#include "server/nodes/reception.hpp"
#include "server/nodes/seat_leases.hpp"
#include "server/nodes/seats.hpp"

namespace rootstock::server::testing {

using namespace std::chrono_literals;
using dhcp::Code;
using dhcp::Message;
using dhcp::MessageType;

inline const auto mac1 = *Mac::parse("02:00:00:00:00:01"), mac2 = *Mac::parse("02:00:00:00:00:02"),
                  mac3 = *Mac::parse("02:00:00:00:00:03");

struct Disk {
  std::map<int, NodeRecord> nodes;
  std::vector<dhcp::LeaseRecord> leases;
  int last_number = 0;

  std::vector<NodeRecord> rows() const {
    std::vector<NodeRecord> all;
    for (const auto& [number, row] : nodes) all.push_back(row);
    return all;
  }
};

inline Settings settings_with(JoinMode mode) {
  Settings settings;
  settings.nodes.join = mode;
  settings.slurm.max_nodes = 300;
  settings.network.address = *Ipv4::parse("10.0.0.1");
  settings.network.subnet = Subnet::of(settings.network.address, 24);
  settings.network.pool = {*Ipv4::parse("10.0.0.10"), *Ipv4::parse("10.0.0.13")};
  return settings;
}

/// One run of the worker.
class House final : public dhcp::Seating {
 public:
  House(Settings given, Disk& disk, std::chrono::seconds later = {})
      : settings(std::move(given)),
        now{Time{} + std::chrono::hours{24 * 365 * 50} + later, Moment::clock::now() + later},
        registry(settings.nodes, settings.slurm.max_nodes,
                 seats_with_leases(disk.rows(), disk.leases, now.wall), settings.groups, disk.last_number),
        doorkeeper(registry, false, {}),
        reception({registry, doorkeeper, [&disk](const NodeRecord& row) { disk.nodes[row.number] = row; },
                   [&disk](const NodeRecord& row) { disk.nodes.erase(row.number); },
                   [] { return std::string(32, 'a'); }, addresses()},
                  settings.nodes.join),
        seats(settings, registry, reception),
        leases(space()),
        responder({.space = space(),
                   .router = {},
                   .dns = {},
                   .domain = "",
                   .lease_time = 12h,
                   .conflict_probe = false},
                  leases, *this),
        disk_(disk) {
    for (const auto& lease : leases_of_seats(disk.leases, disk.rows())) leases.restore(lease);
    seats.declare_from_settings();
  }

  dhcp::Welcome welcome(const dhcp::Board& board, bool starts) override {
    return reception.receive(board, starts, now);
  }
  void seat(const dhcp::Board& board, Ipv4 address) override {
    Node* node = registry.by_mac(board.mac);
    if (node == nullptr) return registry.vacate(address);
    registry.move(*node, address);
    if (node->record.joined == Time{}) node->record.joined = now.wall;
    if (node->record.doubt.empty()) registry.learn(*node, board);
    disk_.nodes[node->record.number] = node->record;
  }

  void passes(std::chrono::seconds time) {
    now.wall += time;
    now.moment += time;
    reception.look_around(now);
  }

  dhcp::Outcome hears(const Message& message) {
    auto outcome = responder.answer(message, now.wall);
    if (outcome.lease) disk_.leases.push_back(*outcome.lease);
    return outcome;
  }

  static Message asks(const Mac& mac, MessageType type) {
    Message message;
    message.xid = 7;
    message.set_mac(mac);
    message.options.set_u8(Code::message_type, static_cast<std::uint8_t>(type));
    return message;
  }

  /// As a BIOS ROM; with a serial, as a Raspberry Pi 4 does it (NETBOOT-FACTS 1.1).
  static Message discovers(const Mac& mac, std::uint32_t serial = 0) {
    auto message = asks(mac, MessageType::discover);
    message.options.set(Code::vendor_class, std::string_view{"PXEClient:Arch:00000:UNDI:002001"});
    constexpr std::array<std::uint8_t, 2> bios{0, 0};
    message.options.set(Code::client_arch, dhcp::Bytes{bios});
    if (serial == 0) return message;
    std::array<std::uint8_t, 17> uuid{0, 'R', 'P', 'i', '4', 0x11, 0x31, 0xc0, 0};
    std::copy(mac.bytes.begin() + 2, mac.bytes.end(), uuid.begin() + 9);
    for (std::size_t i = 0; i < 4; ++i) uuid[13 + i] = static_cast<std::uint8_t>(serial >> 8 * i);
    message.options.set(Code::client_uuid, dhcp::Bytes{uuid});
    return message;
  }

  /// DISCOVER to ACK; the outcome of what came last.
  dhcp::Outcome boots(const Mac& mac, std::uint32_t serial = 0) {
    const auto offer = hears(discovers(mac, serial));
    if (!offer.reply) return offer;
    auto request = discovers(mac, serial);
    request.options.set_u8(Code::message_type, static_cast<std::uint8_t>(MessageType::request));
    request.options.set(Code::requested_ip, offer.address);
    request.options.set(Code::server_id, settings.network.address);
    return hears(request);
  }

  dhcp::Outcome renews(const Mac& mac, Ipv4 address) {
    auto message = asks(mac, MessageType::request);
    message.client_ip = address;
    return hears(message);
  }

  /// An operating system that wants an address, and nothing else.
  dhcp::Outcome plain(const Mac& mac) { return hears(asks(mac, MessageType::discover)); }

  Node& node(std::string_view name) { return *registry.by_name(name); }
  const NodeRecord& row(const Mac& mac) { return registry.by_mac(mac)->record; }

  Settings settings;
  Clocks now;
  Registry registry;
  Doorkeeper doorkeeper;
  Reception reception;
  Seats seats;
  dhcp::LeaseBook leases;
  dhcp::Responder responder;

 private:
  dhcp::AddressSpace space() const {
    return {settings.network.subnet, settings.network.pool, settings.network.address};
  }
  Addresses addresses() {
    return {[this](Ipv4 address) { return leases.is_free(address, now.wall); },
            [this](Ipv4 address) { leases.reserve(address); },
            [this](Ipv4 address) { leases.free_seat(address, now.wall); }};
  }

  Disk& disk_;
};

/// A heartbeat of the system `boot`, which has run for so many seconds.
inline Beat beat(std::string boot, double uptime) {
  Beat said;
  said.boot = std::move(boot);
  said.generation = "compute/1";
  said.uptime = uptime;
  return said;
}

inline std::uint32_t lease_time(const dhcp::Outcome& outcome) {
  const auto option = outcome.reply->options.find(Code::lease_time);
  return dhcp::Reader{*option}.u32();
}

}  // namespace rootstock::server::testing
