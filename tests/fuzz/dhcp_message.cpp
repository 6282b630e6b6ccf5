// Reaches dhcp/message, dhcp/option, client_kind and the answers to any packet at all. What emit wrote, parse
// must read back equal, question and answer alike; a board that never sends a REQUEST gets no OFFER without a
// lease.
#include <cstdlib>

#include "dhcp/client_kind.hpp"
#include "dhcp/message.hpp"
#include "dhcp/responder.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_round_trip(const Message& message) {
  std::vector<std::uint8_t> bytes;
  emit(message, bytes);
  const auto back = parse(bytes);
  require(back && *back == message && bytes.size() == wire_size(message));
}

struct Seats : Seating {
  Welcome welcome(const Board& board, bool) override {
    if (!boots(board.dialect)) return {};
    return {.how = Welcome::How::seated, .name = "node01"};
  }
  void seat(const Board&, Ipv4) override {}
};

void require_sound_answer(const Message& question) {
  constexpr Ipv4 head{0x0a000001};
  const AddressSpace space{Subnet::of(head, 24), {Ipv4{0x0a00000a}, Ipv4{0x0a000013}}, head};
  LeaseBook leases{space};
  Seats seats;
  Responder responder{
      {.space = space, .router = {}, .dns = {}, .domain = "cluster", .conflict_probe = false}, leases, seats};
  const auto outcome = responder.answer(question, Time{std::chrono::hours{1'000'000}});
  if (!outcome.reply) return;
  require_round_trip(*outcome.reply);
  const auto& needs = row_of(outcome.board.dialect);
  const auto& options = outcome.reply->options;
  require(outcome.answered == "NAK" || options.has(Code::vendor_options) == needs.pi_menu);
  require(needs.requests || outcome.answered != "OFFER" || outcome.lease);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = parse(Bytes{data, size});
  if (!message) return 0;
  static_cast<void>(board_of(*message));
  require_round_trip(*message);
  if (fault_of(*message).empty()) require_sound_answer(*message);
  return 0;
}
