// The boards against Rootstock's own DHCP and TFTP logic, without a socket between them: two readings of the
// same protocols, and both must hold.
#include "tests/fleet/toys/real_head.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

std::map<std::string, std::string> files_for(const std::vector<BoardSpec>& boards) {
  const auto all = good_head().files;
  auto files = all;
  for (const auto& board : boards) {
    char prefix[10];
    std::snprintf(prefix, sizeof prefix, "%08x/", board.serial);
    for (const auto& [name, content] : all)
      if (name.starts_with("0badcafe/")) files[prefix + name.substr(9)] = content;
    files["pxelinux.cfg/01-" + board.mac.text('-')] = all.at("pxelinux.cfg/01-0a-00-00-00-00-07");
  }
  return files;
}

BoardSpec numbered(Persona persona, std::uint8_t number) {
  BoardSpec spec;
  spec.persona = persona;
  spec.mac = Mac{{0x0a, 0, 0, 0, 1, number}};
  if (persona == Persona::pi3rom) spec.mac = Mac{{0xb8, 0x27, 0xeb, 0, 1, number}};
  spec.serial = 0x10000000u + number;
  spec.seed = number;
  spec.grub_has_http = persona == Persona::http_arm64;
  return spec;
}

}  // namespace

TEST_CASE("Rootstock's DHCP and TFTP boot each persona") {
  for (const auto persona :
       {Persona::pi3rom, Persona::pi3plus, Persona::pi4, Persona::pi5, Persona::uboot, Persona::uefi_x64,
        Persona::uefi_arm64, Persona::http_x64, Persona::http_arm64, Persona::pxe_bios, Persona::ipxe}) {
    const auto spec = numbered(persona, 1);
    RealHead head{files_for({spec})};
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(120s);
    INFO(name_of(persona) << ": " << board.progress().failure);
    CHECK(board.handover());
    CHECK(board.progress().boots == 1);
    CHECK(head.failures == 0);
    CHECK(head.refused == 0);
  }
}

TEST_CASE("beside a router that knows nothing of booting, all boot but U-Boot") {
  for (const auto persona :
       {Persona::pi3rom, Persona::pi3plus, Persona::pi4, Persona::pi5, Persona::uefi_x64, Persona::uefi_arm64,
        Persona::http_x64, Persona::http_arm64, Persona::pxe_bios, Persona::ipxe, Persona::uboot}) {
    auto spec = numbered(persona, 1);
    RealHead head{files_for({spec})};
    head.stand_beside_router();
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(120s);
    INFO(name_of(persona) << ": " << board.progress().failure);
    CHECK(board.handover().has_value() == (persona != Persona::uboot));
    if (persona != Persona::uboot) CHECK(board.progress().boots == 1);
  }
}

TEST_CASE("a Pi boots beside a router whose offer names itself as next server, not as option 66") {
  const auto spec = numbered(Persona::pi4, 1);
  for (const bool names_66 : {false, true}) {
    ToyHead head;
    head.files = good_head().files;
    head.dhcp = [&](const Asked& ask) {
      auto router = good_answer(ask), proxy = good_answer(ask);
      router.options.erase(43), router.options.erase(66);
      router.siaddr = router.source = "10.0.0.254"_ip;
      if (names_66) router.options[66] = "10.0.0.254";
      proxy.options.erase(66);
      proxy.options[60] = "PXEClient";
      proxy.yiaddr = proxy.siaddr = {};
      proxy.later = 5ms;
      return std::vector{router, proxy};
    };
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(20s);
    // With 66 the first offer ends the phase, and ours comes too late (eeprom#376).
    CHECK((board.progress().requests > 0) == !names_66);
  }
}

TEST_CASE("the Pis of all years get on with Rootstock") {
  std::vector<BoardSpec> years;
  for (int bits = 0; bits < 128; ++bits) {
    auto spec = numbered(bits & 1 ? Persona::pi5 : Persona::pi4, static_cast<std::uint8_t>(bits));
    spec.options_of_2019 = bits & 2;
    spec.fourcc_reversed = bits & 4;
    spec.option97_zero = bits & 8;
    spec.request_without_60 = bits & 16;
    spec.wait_ack = bits & 32;
    spec.double_slash = bits & 64;
    spec.block_size = bits & 2 ? 1024 : 1468;
    years.push_back(spec);
  }
  for (const auto& spec : years) {
    RealHead head{files_for({spec})};
    World world{head};
    auto& board = world.plug_in(spec);
    world.run(60s);
    INFO(int{spec.mac.bytes[5]} << ": " << board.progress().failure);
    CHECK(board.handover());
  }
}

TEST_CASE("64 boards of mixed dialects at once, 2 % lost both ways: all up, and none that begins for ever") {
  std::vector<BoardSpec> boards;
  const auto add = [&](Persona persona, int count) {
    for (int i = 0; i < count; ++i)
      boards.push_back(numbered(persona, static_cast<std::uint8_t>(boards.size())));
  };
  add(Persona::pi3rom, 8), add(Persona::pi3plus, 8), add(Persona::pi4, 16), add(Persona::pi5, 16);
  add(Persona::uboot, 8), add(Persona::uefi_x64, 4), add(Persona::uefi_arm64, 4);
  RealHead head{files_for(boards)};
  World world{
      head,
      Weather{.loss = 0.02, .doubled = 0.005, .late = 0.005, .bits_per_second = 1'000'000'000, .seed = 64}};
  std::vector<Board*> plugged;
  for (const auto& spec : boards) plugged.push_back(&world.plug_in(spec));
  world.run(300s);
  std::set<Ipv4> addresses;
  for (const auto* board : plugged) {
    INFO(board->mac().text() << ": " << board->progress().failure);
    CHECK(board->handover());
    CHECK(board->progress().boots <= 3);
    if (board->handover()) addresses.insert(board->handover()->address);
  }
  CHECK(addresses.size() == boards.size());
}

TEST_CASE("firmware that nobody has a loader for gets its address, and a warning that says so") {
  const auto spec = numbered(Persona::unknown, 1);
  RealHead head{files_for({spec})};
  World world{head};
  auto& board = world.plug_in(spec);
  world.run(60s);
  CHECK(board.progress().stage == Stage::dead);
  CHECK(board.progress().failure == "has an address, and was sent nothing to boot");
  CHECK(head.warnings.contains(spec.mac));
}

TEST_CASE("a board keeps its address through ROM, second stage and initramfs") {
  const auto spec = numbered(Persona::pi3rom, 1);
  RealHead head{files_for({spec})};
  World world{head};
  auto& board = world.plug_in(spec);
  world.run(60s);
  REQUIRE(board.handover());
  std::set<std::string> addresses;
  for (const auto& step : board.progress().timeline)
    if (step.what.find("address 10.0.") == 0) addresses.insert(step.what.substr(0, step.what.find(" by")));
  CHECK(addresses.size() == 1);
  CHECK("address " + board.handover()->address.text() == *addresses.begin());
}

TEST_CASE("two boards with one MAC: neither brings the head to give out two addresses") {
  const auto one = numbered(Persona::pi4, 1);
  auto two = one;
  two.seed = 99;
  RealHead head{files_for({one})};
  World world{head};
  auto& first = world.plug_in(one);
  auto& second = world.plug_in(two);
  world.run(300s);
  if (first.handover() && second.handover()) CHECK(first.handover()->address == second.handover()->address);
  CHECK((first.handover() || second.handover()));
}
