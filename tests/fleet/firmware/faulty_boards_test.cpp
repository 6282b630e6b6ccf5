// Boards that fail on purpose: how far each gets, and what it does then.
#include "tests/fleet/toys/toy_head.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

BoardSpec pi4() {
  BoardSpec spec;
  spec.serial = 0x0badcafe;
  spec.mac = "0a:00:00:00:00:07"_mac;
  return spec;
}

}  // namespace

TEST_CASE("a board that hears no OFFER asks for ever, and for nothing else") {
  auto head = good_head();
  World world{head};
  auto spec = pi4();
  spec.ignores_offers = true;
  auto& one = world.plug_in(spec);
  world.run(120s);
  CHECK_FALSE(one.handover());
  CHECK(head.tftp_asked.empty());
  CHECK(one.progress().boots > 2);
  for (const auto& asked : head.asked) CHECK(asked.options.type == DhcpType::discover);
}

TEST_CASE("a board that stops dead after a file has that file, and asks for no other") {
  auto head = good_head();
  World world{head};
  auto spec = pi4();
  spec.dies_after = "start4.elf";
  auto& one = world.plug_in(spec);
  world.run(60s);
  CHECK(one.progress().stage == Stage::dead);
  CHECK(head.tftp_asked.back().ends_with("start4.elf"));
  CHECK_FALSE(one.deadline());
}

TEST_CASE("a board that dies in its kernel has fetched all that a boot loader wants") {
  auto head = good_head();
  World world{head};
  auto spec = pi4();
  spec.dies_in_kernel = true;
  auto& one = world.plug_in(spec);
  world.run(60s);
  CHECK(one.progress().stage == Stage::dead);
  CHECK_FALSE(one.handover());
  CHECK(head.tftp_asked.back().ends_with("kernel8.img"));
}

TEST_CASE("an initramfs takes an address once more, and hands over with that") {
  auto head = good_head();
  bool moved = false;
  head.dhcp = [&](const Asked& asked) {
    auto says = good_answer(asked);
    if (moved) says.yiaddr = "10.0.0.99"_ip;
    return std::vector{says};
  };
  World world{head};
  auto& one = world.plug_in(pi4());
  world.run(60s);
  REQUIRE(one.handover());
  const auto boots = one.progress().boots;
  CHECK(one.handover()->address != "10.0.0.99"_ip);

  moved = true;
  one.ask_again(world.now());
  CHECK(one.progress().stage == Stage::initramfs_dhcp);
  // The world rests at every event of a board that has handed over.
  for (int event = 0; event < 100 && one.progress().stage != Stage::handed_over; ++event) world.run(60s);
  CHECK(one.progress().stage == Stage::handed_over);
  CHECK(one.handover()->address == "10.0.0.99"_ip);
  CHECK(one.progress().boots == boots);
  CHECK(!one.handover()->files.empty());
}
