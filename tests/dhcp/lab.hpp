#pragma once
// A head with a table for its nodes and a clock of its own: tests play the clients, without sockets.

#include <map>
#include <string>
#include <vector>

#include "dhcp/client_kind.hpp"
#include "dhcp/responder.hpp"

namespace rootstock::dhcp {

using namespace std::chrono_literals;

class SeatingTable : public Seating {
 public:
  Welcome welcome(const Board& board, bool) override {
    if (const auto told = told_.find(board.mac); told != told_.end()) return told->second;
    const auto found = names_.find(board.mac);
    if (found != names_.end()) return {.how = Welcome::How::seated, .name = found->second};
    if (!boots(board.dialect)) return {};
    auto name = "node0" + std::to_string(names_.size() + 1);
    return {.how = Welcome::How::seated, .name = names_[board.mac] = std::move(name)};
  }
  void seat(const Board&, Ipv4) override {}
  void receives(const Mac& mac, Welcome welcome) { told_[mac] = std::move(welcome); }

 private:
  std::map<Mac, Welcome> told_;
  std::map<Mac, std::string> names_;
};

struct Lab {
  explicit Lab(AddressRange pool = {"10.0.0.10"_ip, "10.0.0.19"_ip}, bool conflict_probe = false)
      : network{.space = {Subnet::of(head, 24), pool, head},
                .router = std::nullopt,
                .dns = {},
                .domain = "cluster",
                .lease_time = 1h,
                .http_port = 80,
                .conflict_probe = conflict_probe},
        leases(network.space),
        responder(network, leases, seating) {}

  static constexpr Ipv4 head{0x0a000001};  // 10.0.0.1

  NetworkParameters network;
  LeaseBook leases;
  SeatingTable seating;
  Responder responder;
  Time now{Time::duration{1'000'000h}};

  void passes(std::chrono::seconds time) { now += time; }

  Outcome hears(const Message& message) { return responder.answer(message, now); }

  static Message from(const Mac& mac, MessageType type) {
    Message message;
    message.xid = 0x1234;
    message.set_mac(mac);
    message.options.set_u8(Code::message_type, static_cast<std::uint8_t>(type));
    return message;
  }

  static Message discover(const Mac& mac) { return from(mac, MessageType::discover); }

  static Message selects(const Mac& mac, Ipv4 address, Ipv4 server = head) {
    auto message = reboots(mac, address);
    message.options.set(Code::server_id, server);
    return message;
  }

  static Message reboots(const Mac& mac, Ipv4 address) {
    auto message = from(mac, MessageType::request);
    message.options.set(Code::requested_ip, address);
    return message;
  }

  static Message renews(const Mac& mac, Ipv4 address) {
    auto message = from(mac, MessageType::request);
    message.client_ip = address;
    return message;
  }

  /// The same message as firmware of another kind would send it.
  static Message as(std::string_view vendor_class, std::uint8_t arch, Message message) {
    message.options.set(Code::vendor_class, vendor_class);
    const std::array<std::uint8_t, 2> number{0, arch};
    message.options.set(Code::client_arch, Bytes{number});
    return message;
  }

  /// DISCOVER, OFFER, REQUEST, ACK; the address, or 0.0.0.0 when it did not come to that.
  Ipv4 joins(const Mac& mac) {
    const auto offer = hears(discover(mac));
    if (!offer.reply) return {};
    const auto ack = hears(selects(mac, offer.address));
    return ack.answered == "ACK" ? ack.reply->your_ip : Ipv4{};
  }
};

}  // namespace rootstock::dhcp
