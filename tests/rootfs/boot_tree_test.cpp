#include "rootfs/boot_tree.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace rootstock;
using namespace rootstock::rootfs;
using tests::TempFolder;
using tests::write_file;
namespace fs = std::filesystem;

namespace {

using Names = std::vector<std::string>;

struct Place {
  TempFolder folder;
  fs::path tree = folder / "tree", boot = folder / "boot";

  explicit Place(const Names& files) {
    for (const auto& file : files) write_file(tree / file, file);
  }
  /// What is in boot/ afterwards, and in the tree.
  Names take(const std::string& version) {
    REQUIRE(take_boot_files(tree, version, boot));
    Names names;
    for (const auto& file : boot_files_in(folder.path())) names.push_back(file.name);
    return names;
  }
  Names left() const {
    Names names;
    for (const auto& entry : fs::recursive_directory_iterator(tree))
      if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(tree));
    std::sort(names.begin(), names.end());
    return names;
  }
  std::string content(const std::string& name) const { return tests::read_file(boot / name); }
};

}  // namespace

TEST_CASE("Debian: firmware from raspi-firmware, all device trees of the kernel, GRUB", "[boot_tree]") {
  Place place({"usr/lib/raspi-firmware/bootcode.bin", "usr/lib/raspi-firmware/start4.elf",
               "usr/lib/raspi-firmware/fixup4.dat", "usr/lib/raspi-firmware/LICENCE.broadcom",
               "usr/lib/linux-image-6.1.0-56-arm64/broadcom/bcm2711-rpi-4-b.dtb",
               "usr/lib/linux-image-6.1.0-56-arm64/rockchip/rk3399-rock-pi-4a.dtb",
               "usr/lib/linux-image-6.1.0-9-arm64/broadcom/bcm2711-rpi-4-b.dtb",
               "usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed",
               "usr/lib/grub/arm64-efi/monolithic/grubnetaa64.efi", "usr/lib/grub/arm64-efi/net.mod",
               "boot/vmlinuz-6.1.0-56-arm64", "usr/lib/os-release"});
  CHECK(place.take("6.1.0-56-arm64") == Names{"dtbs/broadcom/bcm2711-rpi-4-b.dtb",
                                              "dtbs/rockchip/rk3399-rock-pi-4a.dtb", "firmware/bootcode.bin",
                                              "firmware/fixup4.dat", "firmware/start4.elf", "grubaa64.efi"});
  CHECK(place.content("grubaa64.efi") == "usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed");
  CHECK(place.content("dtbs/broadcom/bcm2711-rpi-4-b.dtb") ==
        "usr/lib/linux-image-6.1.0-56-arm64/broadcom/bcm2711-rpi-4-b.dtb");
  CHECK(place.left() == Names{"boot/vmlinuz-6.1.0-56-arm64", "usr/lib/os-release"});
}

TEST_CASE("Raspberry Pi OS packages: device trees and overlays beside the kernel that boots", "[boot_tree]") {
  Place place({"usr/lib/raspi-firmware/start.elf",
               "usr/lib/linux-image-6.12.47+rpt-rpi-v8/broadcom/bcm2712-rpi-5-b.dtb",
               "usr/lib/linux-image-6.12.47+rpt-rpi-v8/overlays/overlay_map.dtb",
               "usr/lib/linux-image-6.12.47+rpt-rpi-v8/overlays/disable-wifi.dtbo",
               "usr/lib/linux-image-6.12.47+rpt-rpi-v8/overlays/README",
               "usr/lib/linux-image-6.12.47+rpt-rpi-2712/broadcom/bcm2712-rpi-5-b.dtb"});
  CHECK(place.take("6.12.47+rpt-rpi-v8") == Names{"dtbs/broadcom/bcm2712-rpi-5-b.dtb", "firmware/start.elf",
                                                  "overlays/disable-wifi.dtbo", "overlays/overlay_map.dtb"});
  CHECK(place.content("dtbs/broadcom/bcm2712-rpi-5-b.dtb").find("rpi-v8") != std::string::npos);
  CHECK(place.left().empty());
}

TEST_CASE("a Raspberry Pi OS image: everything lies on the boot partition", "[boot_tree]") {
  const std::string partition = GENERATE("boot/firmware/", "boot/");
  Place place({partition + "bootcode.bin", partition + "start.elf", partition + "fixup.dat",
               partition + "bcm2710-rpi-3-b.dtb", partition + "overlays/vc4-kms-v3d.dtbo",
               partition + "kernel8.img", partition + "config.txt"});
  CHECK(place.take("6.1.21-v8+") == Names{"dtbs/broadcom/bcm2710-rpi-3-b.dtb", "firmware/bootcode.bin",
                                          "firmware/fixup.dat", "firmware/start.elf",
                                          "overlays/vc4-kms-v3d.dtbo"});
}

TEST_CASE("Ubuntu: firmware and device trees in folders of its own", "[boot_tree]") {
  Place place({"usr/lib/linux-firmware-raspi/start4.elf",
               "usr/lib/firmware/6.8.0-1013-raspi/device-tree/broadcom/bcm2711-rpi-4-b.dtb",
               "usr/lib/firmware/6.8.0-1013-raspi/device-tree/overlays/dwc2.dtbo",
               "usr/lib/firmware/brcm/brcmfmac43455-sdio.bin"});
  CHECK(place.take("6.8.0-1013-raspi") ==
        Names{"dtbs/broadcom/bcm2711-rpi-4-b.dtb", "firmware/start4.elf", "overlays/dwc2.dtbo"});
  CHECK(place.left() == Names{"usr/lib/firmware/brcm/brcmfmac43455-sdio.bin"});
}

TEST_CASE("an image without boot files gives none", "[boot_tree]") {
  Place place({"usr/lib/os-release"});
  CHECK(place.take("6.1.0-56-amd64").empty());
  CHECK(place.left() == Names{"usr/lib/os-release"});
}

TEST_CASE("links of the tree lead to no file of the head", "[boot_tree]") {
  Place place({"usr/lib/os-release"});
  const auto secret = place.folder / "head/start4.elf", kept = place.folder / "head/device-tree/x";
  write_file(secret, "secret");
  write_file(kept, "kept");
  fs::create_directories(place.tree / "usr/lib/raspi-firmware");
  fs::create_symlink(secret, place.tree / "usr/lib/raspi-firmware/start4.elf");
  fs::create_directories(place.tree / "usr/lib/firmware");
  fs::create_symlink(place.folder / "head", place.tree / "usr/lib/firmware/6.8.0-raspi");
  fs::create_symlink(place.folder / "head", place.tree / "usr/lib/linux-image-6.8.0-raspi");
  CHECK(place.take("6.8.0-raspi").empty());
  CHECK(fs::exists(secret));
  CHECK(fs::exists(kept));
}
