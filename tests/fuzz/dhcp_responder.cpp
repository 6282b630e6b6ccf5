// Boards that say anything in any order, and time that passes. Property: no address is ever acknowledged to
// two boards at once (an OFFER to a board that never asks for it counts as one), none that no host may
// have, and neither comes without a lease for the disk.
#include <cstdlib>
#include <map>

#include "dhcp/responder.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;
using namespace std::chrono_literals;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

struct Seats : Seating {
  Welcome welcome(const Board& board, bool starts) override {
    using How = Welcome::How;
    if (!boots(board.dialect)) return {};
    switch (board.mac.bytes[5]) {
      case 5: return {.how = How::parked, .name = "waits", .lease = 2min};
      case 6: return {.how = How::refused, .why = "denied"};
      case 7: return {.how = starts ? How::held : How::seated, .name = "held"};
      default: return {.how = How::seated, .name = "node" + board.mac.text()};
    }
  }
  void seat(const Board& board, Ipv4) override { require(board.mac.bytes[5] != 6); }
};

class Network {
 public:
  /// Four bytes are one message: its type and the time before it, who sends it, the address it names, and
  /// how.
  void hear(std::uint8_t what, std::uint8_t who, std::uint8_t where, std::uint8_t how) {
    now_ += 37s * (what >> 4 & 7);
    if (what & 0x80) now_ += 1h;
    const auto message = message_of(what & 0x0f, who, Ipv4{subnet_.network.value + (where & 0x0f)}, how);
    if (!fault_of(message).empty()) return;
    auto outcome = responder_.answer(message, now_);
    if (outcome.probe) {
      if (how & 0x40)
        leases_.decline(*outcome.probe, now_, now_ + decline_rest);
      else
        leases_.prove(*outcome.probe);
      outcome = responder_.answer(message, now_);
    }
    check(outcome);
  }

 private:
  static Message message_of(std::uint8_t type, std::uint8_t who, Ipv4 address, std::uint8_t how) {
    Message m;
    const auto number = static_cast<std::uint8_t>(who & 7);
    m.set_mac(who & 8 ? Mac{{0xb8, 0x27, 0xeb, 0, 0, number}} : Mac{{2, 0, 0, 0, 0, number}});  // a Pi's
    m.options.set_u8(Code::message_type, type);
    if (how & 1) m.options.set(Code::requested_ip, address);
    if (how & 2) m.client_ip = address;
    if (how & 4) m.options.set(Code::server_id, (how & 8) ? Ipv4{1} : head_);
    if (how & 16) m.relay = address;
    if (how & 32) m.options.set(Code::vendor_class, std::string_view{"PXEClient:Arch:00000"});
    return m;
  }

  void check(const Outcome& outcome) {
    const auto& lease = outcome.lease;
    if (lease && outcome.answered.empty()) holders_.erase(lease->address);  // given back or declined
    if (!outcome.reply) return;
    std::vector<std::uint8_t> bytes;
    emit(*outcome.reply, bytes);
    require(parse(bytes).value() == *outcome.reply);
    const auto given = outcome.reply->your_ip;
    if (given.unset()) return;
    require(space_.is_host(given) && space_.pool.contains(given));
    require(!outcome.pin || (outcome.pin->address == given && outcome.pin->mac == outcome.board.mac));
    if (outcome.answered != "ACK" && row_of(outcome.board.dialect).requests) return;
    require(lease && lease->address == given && lease->mac == outcome.board.mac);
    auto& holder = holders_[given];
    require(holder.until <= now_ || holder.mac == lease->mac);
    require(!holder.seated || holder.mac == lease->mac);
    holder = *lease;
  }

  static constexpr Ipv4 head_{0x0a000001};
  const Subnet subnet_ = Subnet::of(head_, 28);
  const AddressSpace space_{subnet_, {Ipv4{0x0a000000}, Ipv4{0x0a000006}}, head_};
  LeaseBook leases_{space_};
  Seats seating_;
  Responder responder_{{.space = space_, .router = {}, .dns = {}, .domain = "cluster", .lease_time = 10min},
                       leases_,
                       seating_};
  std::map<Ipv4, LeaseRecord> holders_;
  Time now_{Time::duration{1'000'000h}};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Network network;
  for (; size >= 4; data += 4, size -= 4) network.hear(data[0], data[1], data[2], data[3]);
  return 0;
}
