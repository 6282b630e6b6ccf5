#include "server/boot/pi_root.hpp"

#include "server/boot/pi_config.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using dhcp::Dialect;

namespace {

const Asker pi{"dc:a6:32:01:02:03"_mac, "1234abcd", true};

BootName of_pi(std::string_view path) { return boot_name(path, pi); }

Inventory whole() {
  return Inventory{{"kernel", "initramfs", "boot/firmware/bootcode.bin", "boot/firmware/start.elf",
                    "boot/firmware/fixup.dat", "boot/firmware/start4.elf", "boot/firmware/fixup4.dat",
                    "boot/dtbs/broadcom/bcm2837-rpi-3-b.dtb", "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb",
                    "boot/dtbs/broadcom/bcm2712-rpi-5-b.dtb"}};
}

Inventory without(const Inventory& all, std::string_view start) {
  std::vector<std::string> left;
  for (const auto* path : {"kernel", "initramfs", "boot/firmware/bootcode.bin", "boot/firmware/start.elf",
                           "boot/firmware/fixup.dat", "boot/firmware/start4.elf", "boot/firmware/fixup4.dat",
                           "boot/dtbs/broadcom/bcm2837-rpi-3-b.dtb", "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb",
                           "boot/dtbs/broadcom/bcm2712-rpi-5-b.dtb"})
    if (all.has(path) && !std::string_view{path}.starts_with(start)) left.emplace_back(path);
  return Inventory{std::move(left)};
}

}  // namespace

TEST_CASE("a Pi finds its files below its serial, its MAC, and without") {
  for (const std::string root : {"1234abcd/", "dc-a6-32-01-02-03/", ""}) {
    CHECK(of_pi(root + "start4.elf") == BootName{BootPart::firmware, "", 0, "boot/firmware/start4.elf"});
    CHECK(of_pi(root + "bootcode.bin") == BootName{BootPart::firmware, "", 0, "boot/firmware/bootcode.bin"});
    CHECK(of_pi(root + "fixup4.dat").part == BootPart::firmware);
    CHECK(of_pi(root + "config.txt").text == BootText::pi_config);
    CHECK(of_pi(root + "cmdline.txt").text == BootText::pi_cmdline);
    CHECK(of_pi(root + "kernel8.img").part == BootPart::kernel);
    CHECK(of_pi(root + "initramfs8").part == BootPart::initramfs);
    CHECK(of_pi(root + "bcm2711-rpi-4-b.dtb").file == "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb");
    CHECK(of_pi(root + "overlays/disable-bt.dtbo").file == "boot/overlays/disable-bt.dtbo");
    for (const std::string miss :
         {"recovery.elf", "pieeprom.sig", "START4.ELF", "kernel_2712.img", "dt-blob.bin",
          "upstream/kernel8.img", "bootcfg.txt", "armstub8-gic.bin", "autoboot.txt"})
      CHECK(of_pi(root + miss) == BootName{BootPart::extra, "", 0, miss});
  }
}

TEST_CASE("another board's root leads nowhere") {
  for (const std::string path :
       {"1234abce/start4.elf", "00000000/config.txt", "dc-a6-32-01-02-04/start4.elf"})
    CHECK(of_pi(path) == BootName{BootPart::nothing, "", 0, path});
  CHECK(of_pi("1234ABCD/start4.elf").part == BootPart::extra);  // names are case-sensitive
  Asker unknown = pi;
  unknown.serial.clear();
  CHECK(boot_name("1234abcd/start4.elf", unknown).part == BootPart::nothing);
  CHECK(boot_name("start4.elf", unknown).part == BootPart::firmware);
}

TEST_CASE("a Pi's names mean nothing to others") {
  for (const auto* path : {"config.txt", "1234abcd/start4.elf", "kernel8.img", "bootcode.bin"})
    CHECK(boot_name(path).part == BootPart::extra);
}

TEST_CASE("what a model cannot do without") {
  for (const auto model : {Dialect::pi3, Dialect::pi4, Dialect::pi5, Dialect::pi})
    CHECK_FALSE(pi_cannot_boot(model, whole(), "pis/8"));
  const auto why = [](Dialect model, std::string_view start) {
    const auto failure = pi_cannot_boot(model, without(whole(), start), "pis/8");
    return failure ? failure->what : std::string{};
  };
  CHECK(why(Dialect::pi4, "boot/firmware/start4.elf") ==
        "pis/8 cannot boot a Raspberry Pi 4: it has no boot/firmware/start4.elf");
  CHECK(why(Dialect::pi4, "boot/firmware/fixup4.dat").find("fixup4.dat") != std::string::npos);
  CHECK(why(Dialect::pi3, "boot/firmware/bootcode.bin").find("bootcode.bin") != std::string::npos);
  CHECK(why(Dialect::pi3, "boot/firmware/start4.elf").empty());
  CHECK(why(Dialect::pi5, "boot/firmware/").empty());  // it is in the board
  CHECK(why(Dialect::pi5, "boot/dtbs/broadcom/bcm2712") ==
        "pis/8 cannot boot a Raspberry Pi 5: its kernel brings no device tree "
        "boot/dtbs/broadcom/bcm2712-*.dtb");
  CHECK(why(Dialect::pi3, "boot/dtbs/broadcom/bcm2837").find("bcm2710-rpi-*") != std::string::npos);
  CHECK(why(Dialect::pi4, "kernel").find("its file kernel is missing") != std::string::npos);
  CHECK(why(Dialect::pi, "boot/firmware/start4.elf").empty());  // it may be one of the others
  CHECK_FALSE(why(Dialect::pi, "boot/").empty());
  CHECK(pi_cannot_boot(Dialect::pi4, Inventory{}, "x/1")->hint.find("pi-debian") != std::string::npos);
}

TEST_CASE("config.txt and the words of cmdline.txt follow the device trees") {
  CHECK(upstream_trees(whole()));
  CHECK_FALSE(upstream_trees(Inventory{{"boot/dtbs/broadcom/bcm2710-rpi-3-b.dtb"}}));
  CHECK(pi_config("node07", "pis/8", false) ==
        "# node07 boots pis/8\n"
        "arm_64bit=1\n"
        "kernel=kernel8.img\n"
        "initramfs initramfs8 followkernel\n"
        "enable_uart=1\n");
  CHECK(pi_config("node07", "pis/8", true).ends_with("enable_uart=1\nupstream_kernel=1\n"));
  CHECK(pi_words(Dialect::pi4, false) ==
        "cgroup_enable=memory cgroup_memory=1 console=serial0,115200 console=tty1");
  CHECK(pi_words(Dialect::pi4, true).find("console=ttyS1,115200") != std::string::npos);
  CHECK(pi_words(Dialect::pi5, true).find("console=ttyAMA10,115200") != std::string::npos);
}
