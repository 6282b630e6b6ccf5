#include "rootfs/boot_files.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

namespace {

using Words = std::vector<std::string>;

const Words firmware_of_pi3 = {"firmware/bootcode.bin", "firmware/start.elf", "firmware/fixup.dat"};
const Words firmware_of_pi4 = {"firmware/start4.elf", "firmware/fixup4.dat"};

BootFiles arm64(std::initializer_list<Words> names, std::set<std::string> drivers = {}) {
  BootFiles boot;
  boot.architecture = "arm64";
  boot.drivers = std::move(drivers);
  for (const auto& some : names)
    for (const auto& name : some) boot.files.push_back({name, 1000});
  return boot;
}

/// All that a Pi 3 and a Pi 4 ask for.
BootFiles two_pis(std::uint64_t kernel, std::uint64_t initramfs) {
  auto boot = arm64({firmware_of_pi3,
                     firmware_of_pi4,
                     {"dtbs/broadcom/bcm2837-rpi-3-b.dtb", "dtbs/broadcom/bcm2711-rpi-4-b.dtb"}});
  boot.files.push_back({"kernel", kernel});
  boot.files.push_back({"initramfs", initramfs});
  return boot;
}

constexpr std::uint64_t mebibyte = 1 << 20;

}  // namespace

TEST_CASE("which boards a generation can boot", "[boot_files]") {
  BootFiles pc;
  pc.architecture = "amd64";
  CHECK(boards_of(pc) == Words{"bios", "uefi"});
  CHECK(boards_of(arm64({})).empty());
  CHECK(boards_of(arm64({{"grubaa64.efi"}})) == Words{"uefi"});
  CHECK(boards_of(arm64({{"grubaa64.efi", "grubaa64-http.efi"}})) == Words{"uefi", "uefi-http"});
  CHECK(boards_of(arm64({{"dtbs/rockchip/rk3399-rock-pi-4a.dtb"}})) == Words{"u-boot"});
  CHECK(boards_of(two_pis(1, 1)) == Words{"pi3", "pi4", "u-boot"});
}

TEST_CASE("a Pi 3 or 4 needs firmware and its device tree", "[boot_files]") {
  const Words pi3_tree = {GENERATE("dtbs/broadcom/bcm2710-rpi-3-b.dtb", "dtbs/broadcom/bcm2837-rpi-3-b.dtb")};
  CHECK(boards_of(arm64({firmware_of_pi3, pi3_tree})) == Words{"pi3", "u-boot"});
  CHECK(boards_of(arm64({firmware_of_pi3})).empty());
  CHECK(boards_of(arm64({firmware_of_pi4, pi3_tree})) == Words{"u-boot"});
  CHECK(boards_of(arm64({firmware_of_pi4, {"dtbs/broadcom/bcm2711-rpi-4-b.dtb"}})) == Words{"pi4", "u-boot"});
  CHECK(boards_of(arm64({{"firmware/start4.elf", "dtbs/broadcom/bcm2711-rpi-4-b.dtb"}})) == Words{"u-boot"});
}

TEST_CASE("a Pi 5 needs a kernel that has drivers for its Ethernet", "[boot_files]") {
  const Words tree = {"dtbs/broadcom/bcm2712-rpi-5-b.dtb"};
  CHECK(boards_of(arm64({tree}, {"macb", "rp1"})) == Words{"pi5", "u-boot"});      // Raspberry Pi OS
  CHECK(boards_of(arm64({tree}, {"macb", "rp1_pci"})) == Words{"pi5", "u-boot"});  // upstream
  CHECK(boards_of(arm64({tree}, {"macb"})) == Words{"u-boot"});                    // Debian's 6.12
  CHECK(boards_of(arm64({tree}, {"rp1"})) == Words{"u-boot"});
  CHECK(boards_of(arm64({{}}, {"macb", "rp1"})).empty());
}

TEST_CASE("a kernel that unpacks itself boots behind GRUB only", "[boot_files]") {
  auto boot = two_pis(1, 1);
  boot.files.push_back({"grubaa64.efi", 1});
  boot.plain_kernel = false;
  CHECK(boards_of(boot) == Words{"uefi"});
}

TEST_CASE("an image for UEFI that boots by PXE only is doubted", "[boot_files]") {
  auto boot = arm64({{"grubaa64.efi"}});
  boot.no_http_grub = "grub-mkimage is not installed";
  for (const bool plain : {true, false}) {
    boot.plain_kernel = plain;
    REQUIRE(doubts_about(boot).size() == 1);
    CHECK(doubts_about(boot)[0] ==
          "a board with UEFI boots it by PXE, but not by HTTP: grub-mkimage is not installed");
  }
  CHECK(doubts_about(arm64({{"grubaa64.efi", "grubaa64-http.efi"}})).empty());
  boot = arm64({firmware_of_pi4});  // not for UEFI at all
  boot.no_http_grub = "the image has no GRUB modules for it";
  CHECK(doubts_about(boot).empty());
}

TEST_CASE("files of more blocks than a Pi can count are refused", "[boot_files]") {
  constexpr std::uint64_t most = 65535 * 1024;
  CHECK(too_big(two_pis(most, most)).empty());
  const auto found = too_big(two_pis(most + 1, most + 1));
  REQUIRE(found.size() == 2);
  CHECK(found[0].what == "kernel has 67107841 bytes; a Raspberry Pi fetches at most 67107840");
  CHECK(found[0].hint.find("65535 blocks of 1024 bytes") != std::string::npos);
  CHECK(found[1].what.find("initramfs") == 0);
}

TEST_CASE("a Pi 3 fetches its firmware in blocks of 512 bytes", "[boot_files]") {
  auto boot = two_pis(1, 1);
  boot.files[0].bytes = 65535 * 512 + 1;
  REQUIRE(too_big(boot).size() == 1);
  CHECK(too_big(boot)[0].what ==
        "firmware/bootcode.bin has 33553921 bytes; a Raspberry Pi fetches at most 33553920");
}

TEST_CASE("what no Pi is to fetch may be big", "[boot_files]") {
  auto boot = arm64({{"dtbs/rockchip/rk3399-rock-pi-4a.dtb"}});
  boot.files.push_back({"kernel", 200 * mebibyte});
  CHECK(too_big(boot).empty());
  auto pis = two_pis(1, 1);
  pis.files.push_back({"grubaa64.efi", 200 * mebibyte});
  CHECK(too_big(pis).empty());
}

TEST_CASE("a kernel that reaches into what U-Boot puts behind it is doubted", "[boot_files]") {
  CHECK(doubts_about(two_pis(35 * mebibyte, 1)).empty());
  const auto found = doubts_about(two_pis(36 * mebibyte, 1));
  REQUIRE(found.size() == 1);
  CHECK(found[0].find(
            "the kernel takes 36.0 MiB of memory and may not start on a Raspberry Pi with U-Boot") == 0);

  auto rock = arm64({{"dtbs/rockchip/rk3399-rock-pi-4a.dtb"}});
  rock.files.push_back({"kernel", 63 * mebibyte});
  CHECK(doubts_about(rock).empty());
  rock.kernel_memory = 64 * mebibyte;  // more than its file
  CHECK(doubts_about(rock).size() == 1);
}

TEST_CASE("an image for Pis that leaves out the Pi 5 says why", "[boot_files]") {
  auto boot = two_pis(1, 1);
  boot.files.push_back({"dtbs/broadcom/bcm2712-rpi-5-b.dtb", 1});
  boot.drivers = {"macb"};
  REQUIRE(doubts_about(boot).size() == 1);
  CHECK(doubts_about(boot)[0].find("a Raspberry Pi 5 cannot boot it") == 0);
  boot.drivers.insert("rp1_pci");
  CHECK(doubts_about(boot).empty());
  CHECK(doubts_about(arm64({{"dtbs/broadcom/bcm2712-rpi-5-b.dtb"}})).empty());
}
