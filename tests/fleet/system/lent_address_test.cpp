#include "tests/fleet/system/lent_address.hpp"

#include "tests/fleet/firmware/frame.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace std::chrono_literals;

namespace {

constexpr Mac board{{2, 0, 0, 0, 0, 1}}, head{{2, 0, 0, 0, 0, 9}};
const Ipv4 board_ip = "10.77.0.5"_ip, head_ip = "10.77.0.1"_ip;

/// TCP as far as anybody looks at it here: addresses and the protocol's number.
Frame kernel_frame() {
  Frame frame(54, 0);
  const std::vector<std::uint8_t> type_and_ip{8, 0, 0x45}, addresses{10, 77, 0, 5, 10, 77, 0, 1};
  std::ranges::copy(type_and_ip, frame.begin() + 12);
  frame[23] = 6;
  std::ranges::copy(addresses, frame.begin() + 26);
  return frame;
}

Frame arp_of_head(bool request) { return emit(Arp{request, head, head_ip, board, board_ip}, board); }

Arp arp_in(const Frame& frame) { return std::get<Arp>(*parse_frame(frame)); }

}  // namespace

TEST_CASE("the first frame waits until the board has found the head by ARP") {
  LentAddress lent(board, board_ip);
  const auto question = lent.on_kernel_frame(kernel_frame(), 0s);
  REQUIRE(question.size() == 1);
  CHECK(arp_in(question[0]).request);
  CHECK(arp_in(question[0]).target == head_ip);
  CHECK(target_mac(question[0]) == broadcast_mac);
  CHECK(lent.on_kernel_frame(kernel_frame(), 1ms).empty());  // asked once

  const auto released = lent.on_arp(arp_of_head(false));
  REQUIRE(released.size() == 2);
  for (const auto& frame : released) {
    CHECK(target_mac(frame) == head);
    CHECK(std::equal(board.bytes.begin(), board.bytes.end(), frame.begin() + 6));
  }
  CHECK(lent.on_kernel_frame(kernel_frame(), 2ms).size() == 1);
  CHECK(!lent.deadline());
}

TEST_CASE("a question that is lost is asked again after a second") {
  LentAddress lent(board, board_ip);
  lent.on_kernel_frame(kernel_frame(), 5s);
  CHECK(lent.deadline() == Tick{6s});
  CHECK(lent.on_timer(5900ms).empty());
  CHECK(lent.on_timer(6s).size() == 1);
  CHECK(lent.deadline() == Tick{7s});
}

TEST_CASE("the head's question is answered, except while the firmware does that itself") {
  LentAddress lent(board, board_ip);
  const auto answers = lent.on_arp(arp_of_head(true));
  REQUIRE(answers.size() == 1);
  CHECK(!arp_in(answers[0]).request);
  CHECK(arp_in(answers[0]).sender_mac == board);
  lent.defend(false);
  CHECK(lent.on_arp(arp_of_head(true)).empty());
}
