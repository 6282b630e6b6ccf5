#include "tests/fleet/system/content.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::fleet;

TEST_CASE("where a name that a board asks for lies in its generation") {
  const std::string prefix = "fe000001";
  CHECK(place_in_generation(prefix + "/kernel8.img") == "kernel");
  CHECK(place_in_generation("http://10.77.0.1/compute/7/kernel") == "kernel");
  CHECK(place_in_generation("compute/7/initramfs") == "initramfs");
  CHECK(place_in_generation(prefix + "//initramfs8") == "initramfs");
  CHECK(place_in_generation("bootcode.bin") == "boot/firmware/bootcode.bin");
  CHECK(place_in_generation(prefix + "/start4.elf") == "boot/firmware/start4.elf");
  CHECK(place_in_generation(prefix + "/bcm2711-rpi-4-b.dtb") == "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb");
  CHECK(place_in_generation("compute/7/dtbs/rockchip/rk3399-rock-pi-4a.dtb") ==
        "boot/dtbs/rockchip/rk3399-rock-pi-4a.dtb");
  CHECK(place_in_generation(prefix + "//overlays/overlay_map.dtb") == "boot/overlays/overlay_map.dtb");
  CHECK(place_in_generation("grubaa64.efi") == "boot/grubaa64.efi");
  CHECK(place_in_generation("http://10.77.0.1/grubaa64-http.efi") == "boot/grubaa64-http.efi");
  for (const auto* made_up :
       {"boot.ipxe", "/grub/grub.cfg", "config.txt", "undionly.kpxe", "pxelinux.cfg/01-02"})
    CHECK(!place_in_generation(made_up));
}

TEST_CASE("whoever read something else than the first reader is told") {
  Content content;
  CHECK(!content.compare(PieceRead{"root.squashfs @0", "aa"}, "pi4-01"));
  CHECK(!content.compare(PieceRead{"root.squashfs @0", "aa"}, "pi4-02"));
  CHECK(content.compare(PieceRead{"root.squashfs @0", "bb"}, "pi4-03") ==
        "root.squashfs @0 differs from what pi4-01 read");
}

TEST_CASE("the same file under several names is one file") {
  Content content;
  const FetchedFile one{"fe000001/kernel8.img", "aa", 1, {}}, other{"http://10.77.0.1/kernel", "bb", 1, {}};
  CHECK(content.compare({one}, "pi4-01").empty());
  CHECK(content.compare({other}, "ipxe-01").size() == 1);
  CHECK(content.boot_files() == std::set<std::string>{"kernel"});
}
