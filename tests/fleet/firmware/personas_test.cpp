// Every persona from power-on to its initramfs, over a cable that loses 2 % of the frames each way.
#include "tests/fleet/toys/toy_head.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::fleet;
using namespace rootstock::fleet::testing;

namespace {

constexpr Persona all_personas[] = {Persona::pi3rom,     Persona::pi3plus,  Persona::pi4,
                                    Persona::pi5,        Persona::uboot,    Persona::uefi_x64,
                                    Persona::uefi_arm64, Persona::http_x64, Persona::http_arm64,
                                    Persona::pxe_bios,   Persona::ipxe};

BoardSpec board(Persona persona) {
  BoardSpec spec;
  spec.persona = persona;
  spec.serial = 0x0badcafe;
  spec.mac = persona == Persona::pxe_bios || persona == Persona::ipxe ? "52:00:00:00:00:07"_mac
                                                                      : "0a:00:00:00:00:07"_mac;
  spec.grub_has_http = persona == Persona::http_arm64;
  return spec;
}

/// The Pi 3's ROM misses what comes too fast; Rootstock's head waits a second for it.
void suit(ToyHead& head, Persona persona) {
  if (persona == Persona::pi3rom || persona == Persona::pi3plus) head.dhcp_delay = 1s;
}

bool asked_for(const ToyHead& head, std::string_view name) {
  return std::ranges::find(head.tftp_asked, name) != head.tftp_asked.end();
}

}  // namespace

TEST_CASE("each persona boots over a good cable, without a retry") {
  for (const auto persona : all_personas) {
    auto head = good_head();
    suit(head, persona);
    World world{head};
    auto& one = world.plug_in(board(persona));
    world.run(120s);
    INFO(name_of(persona) << ": " << one.progress().failure);
    REQUIRE(one.handover());
    CHECK(one.handover()->address == "10.0.0.17"_ip);
    CHECK(one.progress().boots == 1);
    const auto& words = one.handover()->words;
    CHECK(std::ranges::find(words, "rootstock.head=10.0.0.1") != words.end());
    const auto& files = one.handover()->files;
    CHECK(std::ranges::find(files, one.handover()->kernel, &FetchedFile::name) != files.end());
    CHECK(std::ranges::find(files, one.handover()->initramfs, &FetchedFile::name) != files.end());
  }
}

TEST_CASE("each persona boots when 2 % are lost both ways, and some come twice or late") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    for (const auto persona : all_personas) {
      auto head = good_head();
      suit(head, persona);
      World world{head, Weather{.loss = 0.02, .doubled = 0.01, .late = 0.01, .seed = seed}};
      auto spec = board(persona);
      spec.seed = seed;
      auto& one = world.plug_in(spec);
      world.run(600s);
      INFO(name_of(persona) << ", seed " << seed << ": " << one.progress().failure);
      CHECK(one.handover());
    }
  }
}

TEST_CASE("the same seed gives the same run") {
  const auto play = [] {
    auto head = good_head();
    World world{head, Weather{.loss = 0.05, .doubled = 0.02, .late = 0.02, .seed = 9}};
    world.plug_in(board(Persona::pi4));
    world.run(600s);
    return std::pair{world.heard, world.now()};
  };
  CHECK(play() == play());
}

TEST_CASE("Pi 4: probes, then reads, in the order of the field's traces") {
  auto head = good_head();
  World world{head};
  auto spec = board(Persona::pi4);
  spec.double_slash = false;
  auto& one = world.plug_in(spec);
  world.run(60s);
  REQUIRE(one.handover());
  const std::vector<std::string> begins{
      "0badcafe/start4.elf",   "0badcafe/config.txt", "0badcafe/pieeprom.sig", "0badcafe/recover4.elf",
      "0badcafe/recovery.elf", "0badcafe/start4.elf", "0badcafe/fixup4.dat"};
  REQUIRE(head.tftp_asked.size() > begins.size());
  CHECK(std::vector(head.tftp_asked.begin(), head.tftp_asked.begin() + 7) == begins);
  CHECK(head.tftp_options.front() == "tsize=0 blksize=1468");
  CHECK(head.tftp_ports.front() == 40000);
  CHECK(std::set(head.tftp_ports.begin(), head.tftp_ports.end()).size() == head.tftp_ports.size());
  CHECK(one.progress().misses >= 7);
  CHECK(one.progress().probes >= 3);
}

TEST_CASE("Pi 5 and today's Pi 4 ask with two slashes, as soon as config.txt counts") {
  for (const auto persona : {Persona::pi4, Persona::pi5}) {
    auto head = good_head();
    World world{head};
    world.plug_in(board(persona));
    world.run(60s);
    CHECK(asked_for(head, "0badcafe/config.txt"));
    CHECK(asked_for(head, "0badcafe//config.txt"));
    CHECK(asked_for(head, "0badcafe//cmdline.txt"));
    CHECK(asked_for(head,
                    persona == Persona::pi4 ? "0badcafe//armstub8-gic.bin" : "0badcafe//armstub8-2712.bin"));
  }
}

TEST_CASE("Pi 3: the ROM asks without options or prefix, and start.elf with both") {
  auto head = good_head();
  suit(head, Persona::pi3rom);
  World world{head};
  world.plug_in(board(Persona::pi3rom));
  world.run(60s);
  REQUIRE(head.tftp_asked.size() > 5);
  CHECK(head.tftp_asked[0] == "bootcode.bin");
  CHECK(head.tftp_ports[0] == 49152);
  CHECK(head.tftp_options[0].empty());
  CHECK(head.tftp_asked[1] == "bootsig.bin");
  CHECK(head.tftp_asked[2] == "0badcafe/start.elf");
  CHECK(head.tftp_options[2] == "tsize=0");
  CHECK(head.tftp_options.back() == "tsize=0 blksize=1468");
  for (const auto& ask : head.asked)
    CHECK(
        (ask.options.type == DhcpType::discover || ask.options.text(option::vendor_class) == "udhcp 1.35.0"));
}

TEST_CASE("without its folder a Pi drops the prefix for the rest of the boot") {
  auto head = good_head();
  std::map<std::string, std::string> root;
  for (const auto& [name, content] : head.files)
    root[name.starts_with("0badcafe/") ? name.substr(9) : name] = content;
  head.files = root;
  World world{head};
  auto& one = world.plug_in(board(Persona::pi4));
  world.run(60s);
  REQUIRE(one.handover());
  CHECK(one.handover()->kernel == "kernel8.img");
  CHECK(asked_for(head, "0badcafe/start.elf"));
}

TEST_CASE("TFTP_PREFIX: the MAC, or a text") {
  auto spec = board(Persona::pi5);
  spec.tftp_prefix = 2;
  auto head = good_head();
  World world{head};
  world.plug_in(spec);
  world.run(60s);
  CHECK(head.tftp_asked.front() == "0a-00-00-00-00-07/config.txt");
  spec.tftp_prefix = 1;
  spec.prefix_text = "lab-";
  auto other = good_head();
  World world2{other};
  world2.plug_in(spec);
  world2.run(60s);
  CHECK(other.tftp_asked.front() == "lab-config.txt");
}

TEST_CASE("U-Boot walks down pxelinux.cfg to the prompt") {
  auto head = good_head();
  head.files.erase("pxelinux.cfg/01-0a-00-00-00-00-07");
  head.files.erase("grubaa64.efi");
  World world{head};
  auto& one = world.plug_in(board(Persona::uboot));
  world.run(60s);
  CHECK(one.progress().stage == Stage::dead);
  REQUIRE(head.tftp_asked.size() == 15);
  CHECK(head.tftp_asked[0] == "pxelinux.cfg/01-0a-00-00-00-00-07");
  CHECK(head.tftp_asked[1] == "pxelinux.cfg/0A000011");
  CHECK(head.tftp_asked[8] == "pxelinux.cfg/0");
  CHECK(head.tftp_asked[9] == "pxelinux.cfg/default-arm-rk3399-rockpi4-rk3399");
  CHECK(head.tftp_asked[12] == "pxelinux.cfg/default");
  CHECK(head.tftp_asked[13] == "boot.scr.uimg");
  CHECK(head.tftp_asked[14] == "grubaa64.efi");
}

TEST_CASE("U-Boot gives up after 28 s, having asked ever more slowly") {
  ToyHead head;
  World world{head};
  auto& one = world.plug_in(board(Persona::uboot));
  world.run(300s);
  CHECK(one.progress().stage == Stage::dead);
  CHECK(world.now() >= 28s);
  CHECK(world.now() < 31s);
  REQUIRE(head.asked.size() > 4);
  CHECK(head.asked[1].at - head.asked[0].at == 250ms);
  CHECK(head.asked[2].at - head.asked[1].at == 500ms);
  CHECK(head.asked.back().at - head.asked[head.asked.size() - 2].at == 2s);
}

TEST_CASE("U-Boot takes an offer that comes after it has asked again") {
  auto head = good_head();
  head.dhcp_delay = 400ms;
  World world{head};
  auto& one = world.plug_in(board(Persona::uboot));
  world.run(60s);
  REQUIRE(one.handover());
  REQUIRE(head.asked.size() > 2);
  CHECK(head.asked[1].options.type == DhcpType::discover);
  CHECK(head.asked[2].options.type == DhcpType::request);
  CHECK(head.asked[2].xid == head.asked[0].xid);
}

TEST_CASE("EDK2 looks at the size, aborts, and comes back for the file in windows of four") {
  auto head = good_head();
  World world{head};
  world.plug_in(board(Persona::uefi_x64));
  world.run(60s);
  REQUIRE(head.tftp_asked.size() >= 2);
  CHECK(head.tftp_asked[0] == "snponly.efi");
  CHECK(head.tftp_asked[1] == "snponly.efi");
  CHECK(head.tftp_options[1] == "tsize=0 blksize=1468 windowsize=4");
}

TEST_CASE("power cut half way: dead silence, then all over again") {
  auto head = good_head();
  World world{head};
  auto spec = board(Persona::pi4);
  spec.power_cut = 600ms;
  auto& one = world.plug_in(spec);
  world.run(60s);
  REQUIRE(one.handover());
  CHECK(one.progress().boots == 2);
  CHECK(world.now() > 5600ms);
}

TEST_CASE("a board that gave up for good starts again when somebody takes its power away, not before") {
  auto head = good_head();
  head.files.clear();
  World world{head};
  auto spec = board(Persona::pi4);
  spec.restarts = false;
  const bool helped = GENERATE(true, false);
  if (helped) spec.power_cycled = 20s;
  auto& one = world.plug_in(spec);
  world.run(300s);
  CHECK_FALSE(one.handover());
  CHECK((one.progress().boots > 1) == helped);
}

TEST_CASE("a board that never acknowledges asks and asks") {
  auto head = good_head();
  World world{head};
  auto spec = board(Persona::pi4);
  spec.never_acks_data = true;
  auto& one = world.plug_in(spec);
  world.run(300s);
  CHECK_FALSE(one.handover());
  CHECK(one.progress().bytes == 0);
  CHECK(one.progress().requests > 5);
}

TEST_CASE("a tight loop: seven files every 15 ms, then it boots") {
  auto head = good_head();
  World world{head};
  auto spec = board(Persona::pi4);
  spec.tight_loop = true;
  auto& one = world.plug_in(spec);
  world.run(60s);
  REQUIRE(one.handover());
  CHECK(one.progress().requests > 4000);
}

TEST_CASE("U-Boot without a pxe target finds its way as a UEFI client") {
  auto head = good_head();
  World world{head};
  auto spec = board(Persona::uboot);
  spec.has_pxe_target = false;
  auto& one = world.plug_in(spec);
  world.run(60s);
  REQUIRE(one.handover());
  CHECK(head.tftp_asked[0] == "boot.scr.uimg");
  CHECK(head.tftp_asked[1] == "grubaa64.efi");
  CHECK(head.asked.front().options.text(option::vendor_class) == "U-Boot.armv8");
  CHECK(head.asked[2].options.text(option::vendor_class) == "PXEClient:Arch:00011:UNDI:003000");
}

TEST_CASE("Debian's GRUB loads what a TFTP server has, and nothing from the web") {
  auto head = good_head();
  World world{head};
  auto& one = world.plug_in(board(Persona::uefi_arm64));
  world.run(60s);
  REQUIRE(one.handover());
  CHECK(one.handover()->kernel == "/lab/1/kernel");
  const std::vector<std::string> asked(head.tftp_asked.begin() + 2, head.tftp_asked.begin() + 9);
  CHECK(asked == std::vector<std::string>{"/grub/arm64-efi/command.lst", "/grub/arm64-efi/fs.lst",
                                          "/grub/arm64-efi/crypto.lst", "/grub/arm64-efi/terminal.lst",
                                          "/grub/grub.cfg", "/grub/node.cfg", "/grub/arm64-efi/http.mod"});
  auto other = good_head();
  World web{other};
  auto spec = board(Persona::http_arm64);
  spec.grub_has_http = false;
  auto& two = web.plug_in(spec);
  web.run(60s);
  CHECK_FALSE(two.handover());
  CHECK(two.progress().failure.find("http module") != std::string::npos);
}

TEST_CASE("iPXE 1.21 runs autoexec.ipxe when it is there, and misses nothing when it is not") {
  for (const bool there : {false, true}) {
    auto head = good_head();
    if (there)
      head.files["autoexec.ipxe"] =
          "#!ipxe\n:again\ndhcp || goto again\nchain --replace http://10.0.0.1/boot.ipxe || goto again\n";
    World world{head};
    auto spec = board(Persona::uefi_x64);
    spec.ipxe_autoexec = true;
    auto& one = world.plug_in(spec);
    world.run(60s);
    REQUIRE(one.handover());
    CHECK(asked_for(head, "autoexec.ipxe"));
    CHECK(one.progress().misses == (there ? 0 : 1));
    CHECK(one.handover()->kernel == "http://10.0.0.1/lab/1/kernel");
  }
}
