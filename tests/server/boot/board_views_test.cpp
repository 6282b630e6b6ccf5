// What each kind of board sees of a real store on disk.
#include "server/boot/explain.hpp"
#include "server/boot/view.hpp"
#include "server/nodes/board_words.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::server;
using dhcp::Dialect;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

std::string text_of(const tftp::File& file) {
  std::string text(file.size(), '\0');
  text.resize(file.read_at(0, std::as_writable_bytes(std::span{text})));
  return text;
}

/// A head with one board of each kind.
struct House {
  tests::TempFolder folder;
  Settings settings;
  Registry registry{{}, 99, {}};
  std::vector<std::string> told;
  std::unique_ptr<View> view;

  House() {
    settings.network.address = "10.77.0.1"_ip;
    settings.paths.state = folder.path();
    settings.nodes.kernel_options = "quiet";
    view = std::make_unique<View>(settings, registry, [this](Node& node, const Failure& why) {
      if (!node.boot.on_cannot_boot(why, Moment{std::chrono::hours{2}}).empty()) told.push_back(why.what);
    });
  }

  fs::path of(int number) const { return settings.paths.images() / "compute" / std::to_string(number); }

  void make(int number, const std::string& architecture) {
    write_file(of(number) / "kernel", "kernel " + std::to_string(number));
    write_file(of(number) / "initramfs", "initramfs " + std::to_string(number));
    write_file(of(number) / "manifest.json",
               R"({"image":"compute","number":)" + std::to_string(number) + R"(,"architecture":")" +
                   architecture + R"(","root":"squashfs","digest":"00","kernel_version":"6.1.0",)" +
                   R"("origin":"test","bytes":1,"created":"","created_unix":0})");
  }
  void make_for_pis(int number) {
    make(number, "arm64");
    for (const auto* file :
         {"firmware/bootcode.bin", "firmware/start.elf", "firmware/fixup.dat", "firmware/start4.elf",
          "firmware/fixup4.dat", "dtbs/broadcom/bcm2710-rpi-3-b.dtb", "dtbs/broadcom/bcm2711-rpi-4-b.dtb",
          "dtbs/broadcom/bcm2712-rpi-5-b.dtb", "dtbs/rockchip/rk3399-rock-pi-4a.dtb",
          "overlays/overlay_map.dtb", "grubaa64.efi"})
      write_file(of(number) / "boot" / file, file);
  }
  /// Replaced as the store does it.
  void activate(const std::string& lines) {
    write_file(settings.paths.images() / "compute/next", lines);
    fs::rename(settings.paths.images() / "compute/next", settings.paths.images() / "compute/active");
  }

  /// A board that starts to boot; its address.
  Ipv4 switch_on(Dialect dialect, std::uint8_t last, std::optional<std::uint32_t> serial = std::nullopt) {
    dhcp::Board board;
    board.mac = Mac{{0xdc, 0xa6, 0x32, 0, 0, last}};
    board.dialect = dialect;
    board.serial = serial;
    const Ipv4 address{0x0a4d0000u + last};
    Node* node = registry.by_mac(board.mac);
    if (node == nullptr) node = registry.join(board, address, "aa", Time{});
    node->boot.on_dhcp({board, "DISCOVER", "OFFER", address, "", ""}, Moment{std::chrono::hours{1}});
    return address;
  }
  std::string get(Ipv4 client, std::string_view path) {
    const auto served = view->find(client, path);
    return served ? text_of(*served->file) : served.error() == tftp::Refusal::not_found ? "-" : "!";
  }
};

}  // namespace

TEST_CASE("a Pi 4 boots from its root") {
  House house;
  house.make_for_pis(8);
  house.activate("arm64 8\n");
  const auto pi = house.switch_on(Dialect::pi4, 4, 0x1234abcd);
  CHECK(house.registry.by_address(pi)->record.serial == "1234abcd");
  CHECK(house.registry.by_address(pi)->record.architecture == "arm64");
  CHECK(house.get(pi, "1234abcd/start4.elf") == "firmware/start4.elf");
  CHECK(house.registry.by_address(pi)->boot.generation() == "compute/8");
  CHECK(house.get(pi, "1234abcd/bcm2711-rpi-4-b.dtb") == "dtbs/broadcom/bcm2711-rpi-4-b.dtb");
  CHECK(house.get(pi, "1234abcd/overlays/overlay_map.dtb") == "overlays/overlay_map.dtb");
  CHECK(house.get(pi, "1234abcd/kernel8.img") == "kernel 8");
  CHECK(house.get(pi, "1234abcd/initramfs8") == "initramfs 8");
  CHECK(house.get(pi, "1234abcd/config.txt").find("upstream") == std::string::npos);
  CHECK(house.get(pi, "1234abcd/cmdline.txt") ==
        "rootstock.head=10.77.0.1 rootstock.boot=compute/8 rootstock.mac=dc:a6:32:00:00:04 net.ifnames=0 "
        "panic=30 cgroup_enable=memory cgroup_memory=1 console=serial0,115200 console=tty1 quiet\n");
  for (const auto* miss : {"1234abcd/recovery.elf", "1234abcd/pieeprom.sig", "1234abcd/Start4.elf",
                           "1234abce/start4.elf", "recover4.elf", "1234abcd/overlays/none.dtbo",
                           "1234abcd/../compute/8/kernel", "1234abcd/manifest.json"})
    CHECK(house.get(pi, miss) == "-");
  CHECK(house.told.empty());
}

TEST_CASE("a boot of a Pi keeps to its generation from the first file on") {
  House house;
  house.make_for_pis(8);
  house.make_for_pis(9);
  house.activate("arm64 8\n");
  const auto pi = house.switch_on(Dialect::pi5, 5, 0x55);
  CHECK(house.get(pi, "00000055/config.txt").starts_with("# node01 boots compute/8\n"));
  house.activate("arm64 9\n");
  CHECK(house.get(pi, "00000055/kernel8.img") == "kernel 8");
  CHECK(house.get(pi, "00000055/cmdline.txt").find("rootstock.boot=compute/8 ") != std::string::npos);
  house.switch_on(Dialect::pi5, 5, 0x55);  // asks again within the same boot
  CHECK(house.get(pi, "00000055/kernel8.img") == "kernel 8");
}

TEST_CASE("a Pi 3 that begins anew gets what is active now, however soon it is switched on again") {
  House house;
  house.make_for_pis(8);
  house.make_for_pis(9);
  house.activate("arm64 8\n");
  const auto pi = house.switch_on(Dialect::pi3, 3);
  CHECK(house.get(pi, "bootcode.bin") == "firmware/bootcode.bin");
  house.activate("arm64 9\n");
  house.switch_on(Dialect::pi3, 3);  // may be its ROM, or bootcode.bin
  CHECK(house.get(pi, "start.elf") == "firmware/start.elf");
  CHECK(house.registry.by_address(pi)->boot.generation() == "compute/8");
  house.switch_on(Dialect::pi3, 3);
  CHECK(house.get(pi, "bootcode.bin") == "firmware/bootcode.bin");  // only its ROM asks for it
  CHECK(house.registry.by_address(pi)->boot.generation() == "compute/9");
}

TEST_CASE("half a root is no root") {
  House house;
  house.make_for_pis(8);
  fs::remove(house.of(8) / "boot/firmware/fixup4.dat");
  house.activate("arm64 8\n");
  const auto four = house.switch_on(Dialect::pi4, 4, 4), five = house.switch_on(Dialect::pi5, 5, 5);
  for (const auto* name : {"start4.elf", "config.txt", "kernel8.img", "cmdline.txt", "bcm2711-rpi-4-b.dtb"}) {
    CHECK(house.get(four, std::string("00000004/") + name) == "-");
    CHECK(house.get(four, name) == "-");
  }
  CHECK(house.told == std::vector<std::string>{
                          "compute/8 cannot boot a Raspberry Pi 4: it has no boot/firmware/fixup4.dat"});
  CHECK(house.registry.by_address(four)->boot.trouble().find("pi-debian") != std::string::npos);
  CHECK(house.get(five, "00000005/config.txt") != "-");  // needs no such file

  house.make_for_pis(9);
  house.activate("arm64 9\n");
  CHECK(house.get(four, "00000004/start4.elf") == "firmware/start4.elf");
  CHECK(house.registry.by_address(four)->boot.trouble().empty());
}

TEST_CASE("a kernel that lacks a board's drivers is no kernel for it") {
  House house;
  house.make_for_pis(8);
  house.activate("arm64 8\n");
  std::string manifest;
  std::getline(std::ifstream{house.of(8) / "manifest.json"}, manifest);
  manifest.insert(manifest.size() - 1, R"(,"boards":["pi3","pi4","u-boot"])");
  write_file(house.of(8) / "manifest.json", manifest);
  const auto four = house.switch_on(Dialect::pi4, 4, 4), five = house.switch_on(Dialect::pi5, 5, 5);
  CHECK(house.get(five, "00000005/config.txt") == "-");
  REQUIRE(house.told.size() == 1);
  CHECK(house.told.front() ==
        "compute/8 cannot boot a Raspberry Pi 5: its kernel 6.1.0 lacks what this board needs (it was built "
        "for: pi3, pi4, u-boot)");
  CHECK(house.get(four, "00000004/config.txt") != "-");
}

TEST_CASE("each board gets the generation of its architecture") {
  House house;
  house.make(7, "amd64");
  house.make_for_pis(8);
  house.activate("amd64 7\narm64 8\n");
  const auto pc = house.switch_on(Dialect::pxe_bios, 1), pi = house.switch_on(Dialect::pi4, 4, 4);
  const auto arm = house.switch_on(Dialect::uefi_arm64, 6), rock = house.switch_on(Dialect::uboot_arm64, 7);
  CHECK(house.get(pc, "kernel") == "kernel 7");
  CHECK(house.get(pi, "kernel8.img") == "kernel 8");
  CHECK(house.get(arm, "grubaa64.efi") == "grubaa64.efi");
  CHECK(house.get(arm, "grub/node.cfg").find("(http,10.77.0.1)/compute/8/kernel") != std::string::npos);
  const auto extlinux = house.get(rock, "pxelinux.cfg/01-dc-a6-32-00-00-07");
  CHECK(extlinux.find("  kernel compute/8/kernel\n") != std::string::npos);
  CHECK(extlinux.find("  fdtdir dtbs\n") != std::string::npos);
  CHECK(extlinux.find("cgroup_enable=memory") != std::string::npos);
  CHECK(house.get(rock, "dtbs/rockchip/rk3399-rock-pi-4a.dtb") == "dtbs/rockchip/rk3399-rock-pi-4a.dtb");
  CHECK(house.get(arm, "pxelinux.cfg/01-dc-a6-32-00-00-07") == "-");
  CHECK(house.told.empty());
}

TEST_CASE("a generation without GRUB: said once; a GRUB of other making boots it all the same") {
  House house;
  house.make(8, "arm64");
  house.activate("arm64 8\n");
  const auto arm = house.switch_on(Dialect::uefi_arm64, 6);
  for (int i = 0; i < 3; ++i) CHECK(house.get(arm, "grubaa64.efi") == "-");
  REQUIRE(house.told.size() == 1);
  CHECK(house.told.front() ==
        "compute/8 cannot boot a board with UEFI arm64 PXE: it has no boot/grubaa64.efi");
  CHECK(house.get(arm, "grub/node.cfg").find("/compute/8/kernel") != std::string::npos);
  CHECK(house.get(arm, "boot.ipxe").find("/compute/8/kernel") != std::string::npos);
}

TEST_CASE("UEFI HTTP boot on arm64 needs a GRUB of its own") {
  House house;
  house.make_for_pis(8);
  house.activate("arm64 8\n");
  const auto by_http = house.switch_on(Dialect::http_arm64, 6),
             by_pxe = house.switch_on(Dialect::uefi_arm64, 7);
  CHECK(house.get(by_http, "grubaa64-http.efi") == "-");
  REQUIRE(house.told.size() == 1);
  CHECK(house.told.front() ==
        "compute/8 cannot boot a board with UEFI arm64 HTTP: it has no boot/grubaa64-http.efi");
  CHECK(house.get(by_pxe, "grubaa64.efi") == "grubaa64.efi");

  house.make_for_pis(9);
  write_file(house.of(9) / "boot/grubaa64-http.efi", "with http");
  house.activate("arm64 9\n");
  const auto next = house.switch_on(Dialect::http_arm64, 8);
  CHECK(house.get(next, "grubaa64-http.efi") == "with http");
  CHECK(house.get(next, "grub/grub.cfg").find("source $prefix/node.cfg") != std::string::npos);
  CHECK(house.get(next, "grub/node.cfg").find("(http,10.77.0.1)/compute/9/kernel") != std::string::npos);
}

TEST_CASE("an architecture without a generation: said on the screen, in the log, and missed by U-Boot") {
  House house;
  house.make(7, "amd64");
  house.activate("amd64 7\n");
  const auto arm = house.switch_on(Dialect::uefi_arm64, 6), rock = house.switch_on(Dialect::uboot_arm64, 7);
  CHECK(house.get(arm, "grubaa64.efi") == "-");
  CHECK(house.get(arm, "grub/grub.cfg").find("while true") != std::string::npos);
  CHECK(house.get(arm, "grub/node.cfg").starts_with("echo 'Rootstock: node01 cannot boot yet: "));
  CHECK(house.get(rock, "pxelinux.cfg/01-dc-a6-32-00-00-07") == "-");
  CHECK(house.told.size() == 2);
  for (const auto& line : house.told) CHECK(line.find("arm64") != std::string::npos);
}

TEST_CASE("explain says what becomes of a board: whether it is let in, and where it sits") {
  House house;
  house.make(7, "amd64");
  house.activate("amd64 7\n");
  const auto told = [&](const Mac& mac) {
    return explain(house.settings, house.registry, *house.view, {mac, 0, false}).why.front();
  };
  const auto stranger = "02:00:00:00:00:09"_mac;
  CHECK(told(stranger).find("next free node") != std::string::npos);
  for (const auto& [mode, words] : {std::pair{JoinMode::window, "rootstock nodes join --for 10m"},
                                    {JoinMode::approve, "is new and waits"},
                                    {JoinMode::closed, "is no node of this cluster"}}) {
    house.settings.nodes.join = mode;
    CHECK(told(stranger).find(words) != std::string::npos);
  }
  house.switch_on(Dialect::pxe_bios, 5);
  auto& node = *house.registry.by_mac("dc:a6:32:00:00:05"_mac);
  CHECK(told(node.record.mac).find("sits on node01") != std::string::npos);
  node.record.standing = Standing::waiting;
  CHECK(told(node.record.mac) == "node01 waits to be let in: rootstock nodes approve node01");
  node.record.standing = Standing::denied;
  CHECK(told(node.record.mac).starts_with("node01 was denied"));
  node.record.standing = Standing::member;
  house.registry.add_vacant("red", "", "");
  CHECK(told(stranger) == "the board is new: it would take the seat of red");
}

TEST_CASE("explain knows every kind of board") {
  House house;
  house.make(7, "amd64");
  house.make_for_pis(8);
  write_file(house.of(8) / "boot/grubaa64-http.efi", "with http");
  house.activate("amd64 7\narm64 8\n");
  house.switch_on(Dialect::pi4, 4, 0x1234abcd);
  const auto seated =
      explain(house.settings, house.registry, *house.view, {"dc:a6:32:00:00:04"_mac, {}, false});
  CHECK(seated.dialect == "Raspberry Pi 4");
  CHECK(seated.architecture == "arm64");
  CHECK(seated.serial == "1234abcd");
  CHECK(seated.generation == "compute/8");
  CHECK(std::ranges::find(seated.files, "1234abcd/start4.elf") != seated.files.end());
  CHECK_FALSE(seated.quirks.empty());
  for (const auto& word : firmware_words()) {
    const auto told = explain(house.settings, house.registry, *house.view,
                              {"02:00:00:00:00:09"_mac, {}, false, firmware_named(word)});
    INFO(word);
    CHECK(told.files.size() >= 3);
    CHECK(told.generation ==
          (told.architecture == "arm64" || word == "ipxe" ? told.generation : "compute/7"));
  }
  const auto fresh =
      explain(house.settings, house.registry, *house.view, {"02:00:00:00:00:09"_mac, 19, false});
  CHECK(fresh.dialect == "UEFI arm64 HTTP");
  CHECK(fresh.boot_file == "http://10.77.0.1/grubaa64-http.efi");
}
