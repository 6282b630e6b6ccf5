// The texts for U-Boot, GRUB and iPXE, and the names they are asked by.
#include "server/boot/boot_name.hpp"
#include "server/boot/extlinux.hpp"
#include "server/boot/grub_cfg.hpp"
#include "server/boot/ipxe_script.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

namespace {

rootfs::Generation generation() {
  rootfs::Generation made;
  made.image = "compute";
  made.number = 8;
  made.architecture = "arm64";
  return made;
}

}  // namespace

TEST_CASE("U-Boot's search list: one name is this board's, the others lead nowhere") {
  const Asker board{"02:00:00:00:00:0a"_mac, "", false};
  CHECK(boot_name("pxelinux.cfg/01-02-00-00-00-00-0a", board) ==
        BootName{BootPart::script, "", 0, "", BootText::extlinux});
  for (const auto* path :
       {"pxelinux.cfg/01-02-00-00-00-00-0b", "pxelinux.cfg/01-02-00-00-00-00-0A", "pxelinux.cfg/0A4D000A",
        "pxelinux.cfg/0", "pxelinux.cfg/default-arm-rk3399-rockpi4-rk3399", "pxelinux.cfg/default-arm",
        "pxelinux.cfg/default", "boot.scr.uimg", "0A4D000A.img"})
    CHECK(boot_name(path, board).part == BootPart::extra);
  CHECK(boot_name("pxelinux.cfg/01-00-00-00-00-00-00").part == BootPart::extra);
  CHECK(boot_name("dtbs/rockchip/rk3399-rock-pi-4a.dtb", board) ==
        BootName{BootPart::device_tree, "", 0, "boot/dtbs/rockchip/rk3399-rock-pi-4a.dtb"});
}

TEST_CASE("extlinux: kernel, initramfs, device trees, line") {
  CHECK(extlinux_config("node07", generation(), "rootstock.head=10.77.0.1 quiet", true) ==
        "# node07 boots compute/8\n"
        "default rootstock\n"
        "label rootstock\n"
        "  menu label compute/8\n"
        "  kernel compute/8/kernel\n"
        "  initrd compute/8/initramfs\n"
        "  fdtdir dtbs\n"
        "  append rootstock.head=10.77.0.1 quiet\n");
  CHECK(extlinux_config("node07", generation(), "x", false).find("fdtdir") == std::string::npos);
}

TEST_CASE("GRUB boots by HTTP, else by TFTP, and waits in a loop") {
  CHECK(boot_name("grub/grub.cfg").text == BootText::grub_cfg);
  CHECK(boot_name("grub/node.cfg").part == BootPart::script);
  CHECK(boot_name("grubaa64.efi") == BootName{BootPart::firmware, "", 0, "boot/grubaa64.efi"});
  CHECK(grub_boot("node07", generation(), "a=1  b='x' c=$d", "10.77.0.1"_ip, 80) ==
        "echo 'Rootstock: node07 boots compute/8'\n"
        "if linux (http,10.77.0.1)/compute/8/kernel 'a=1' 'b='\\''x'\\''' 'c=$d'; then\n"
        "  if initrd (http,10.77.0.1)/compute/8/initramfs; then boot; fi\n"
        "fi\n"
        "if linux (tftp,10.77.0.1)/compute/8/kernel 'a=1' 'b='\\''x'\\''' 'c=$d'; then\n"
        "  if initrd (tftp,10.77.0.1)/compute/8/initramfs; then boot; fi\n"
        "fi\n"
        "echo 'Rootstock: node07 could not load compute/8'\n");
  CHECK(grub_boot("node07", generation(), "", "10.77.0.1"_ip, 8080).find("http") == std::string::npos);
  CHECK(grub_waiting(screen_of("node07", {"there is no image 'a'", "build\nit"})) ==
        "echo 'Rootstock: node07 cannot boot yet: there is no image '\\''a'\\'''\n"
        "echo 'To do: build it'\n"
        "set again=10\n");
  CHECK(grub_config() ==
        "while true; do\n"
        "  set again=10\n"
        "  source $prefix/node.cfg\n"
        "  echo \"Rootstock: trying again in $again seconds\"\n"
        "  sleep $again\n"
        "done\n");
}

TEST_CASE("a board that must wait shows who it is, and comes again when it was told to") {
  NodeRecord record;
  record.name = "node07";
  record.mac = "02:00:00:00:00:07"_mac;
  record.serial = "10000007";
  const Pass pass{false, std::chrono::seconds{30},
                  "waits for approval:\nrootstock nodes approve node07 && ${x} | '#'"};
  const auto screen = screen_of(record, pass);
  CHECK(waiting_script(screen, "http://10.77.0.1") ==
        "#!ipxe\n"
        ":again\n"
        "echo Rootstock: this is node07 (MAC 02:00:00:00:00:07, serial 10000007), and it waits\n"
        "echo Rootstock: waits for approval: rootstock nodes approve node07     {x}   ' '\n"
        "echo Trying again in 30 seconds\n"
        "sleep 30\n"
        "imgfree\n"
        "chain --replace http://10.77.0.1/boot.ipxe || goto again\n");
  CHECK(grub_waiting(screen) ==
        "echo 'Rootstock: this is node07 (MAC 02:00:00:00:00:07, serial 10000007), and it waits'\n"
        "echo 'Rootstock: waits for approval: rootstock nodes approve node07 && ${x} | '\\''#'\\'''\n"
        "set again=30\n");
  record.standing = Standing::waiting;
  CHECK(waiting_script(screen_of(record, pass), "http://10.77.0.1")
            .find("imgfree\ndhcp || goto again\nchain") != std::string::npos);
  CHECK(screen_of(record, Pass{false, std::chrono::seconds{0}, ""}).again == std::chrono::seconds{1});
  CHECK(screen_of(record, Pass{false, std::chrono::hours{1}, ""}).again == std::chrono::seconds{60});
  CHECK(one_line(std::string(5000, 'x')).size() == 400);
}

TEST_CASE("iPXE's autoexec gets an address first, then the script") {
  CHECK(boot_name("autoexec.ipxe") == BootName{BootPart::settings, "", 0, "", BootText::autoexec_ipxe});
  const auto script = autoexec_script("http://10.77.0.1");
  CHECK(script.starts_with("#!ipxe\n"));
  CHECK(script.find("dhcp || goto wait\nchain --replace http://10.77.0.1/boot.ipxe") != script.npos);
}
