// The texts that firmware reads: config.txt, pxelinux.cfg, grub.cfg, iPXE scripts.
#include "tests/fleet/firmware/extlinux.hpp"
#include "tests/fleet/firmware/grub_script.hpp"
#include "tests/fleet/firmware/ipxe_script.hpp"
#include "tests/fleet/firmware/pi_config_txt.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock::fleet;

TEST_CASE("config.txt: sections choose by model and serial") {
  constexpr auto text =
      "kernel=all.img\r\n"
      "[pi3]\nkernel=three.img\n[pi3+]\nkernel=plus.img\n[pi4]\nkernel=four.img\n[pi5]\nkernel=five.img\n"
      "[0x1234abcd]\nkernel=mine.img\n[all]\narm_64bit=1\n[none]\nkernel=nobody.img\n";
  CHECK(read_config_txt(text, Persona::pi3rom, 1).kernel == "three.img");
  CHECK(read_config_txt(text, Persona::pi3plus, 1).kernel == "plus.img");
  CHECK(read_config_txt(text, Persona::pi4, 1).kernel == "four.img");
  CHECK(read_config_txt(text, Persona::pi5, 0x1234abcd).kernel == "mine.img");
  CHECK(read_config_txt(text, Persona::pi4, 0x1234abcd).kernel == "four.img");  // [pi5] still filters
  CHECK(read_config_txt(text, Persona::pi4, 1).arm_64bit == true);
}

TEST_CASE("config.txt: initramfs takes a space, comments and unknown settings nothing") {
  const auto config = read_config_txt(
      "# kernel=no\ninitramfs initrd.img-6.1 followkernel\nenable_uart=1\n"
      "dtoverlay=disable-bt,x=1\nos_prefix=a/\n",
      Persona::pi4, 1);
  CHECK(config.initramfs == std::vector<std::string>{"initrd.img-6.1"});
  CHECK_FALSE(config.kernel);
  CHECK(config.overlays == std::vector<std::string>{"disable-bt"});
  CHECK(config.os_prefix == "a/");
  const auto wrong = read_config_txt("initramfs=initrd\n", Persona::pi4, 1);
  CHECK(wrong.initramfs.empty());
  CHECK(wrong.complaints.size() == 1);
}

TEST_CASE("config.txt: what the parser cannot see") {
  const std::string long_line = "kernel=" + std::string(200, 'k') + "\n";
  CHECK(read_config_txt(long_line, Persona::pi4, 1).kernel->size() == 98 - 7);
  CHECK_FALSE(read_config_txt("# caf\xc3\xa9\nkernel=x\n", Persona::pi4, 1).kernel);
}

TEST_CASE("what a Pi looks for by itself") {
  PiConfig config;
  CHECK(kernel_names(config, Persona::pi5) == std::vector<std::string>{"kernel_2712.img", "kernel8.img"});
  CHECK(kernel_names(config, Persona::pi3rom) == std::vector<std::string>{"kernel8.img"});
  CHECK(initramfs_name_for("kernel_2712.img") == "initramfs_2712");
  CHECK(device_tree_name(config, Persona::pi3rom) == "bcm2710-rpi-3-b.dtb");
  CHECK(device_tree_name(config, Persona::pi4) == "bcm2711-rpi-4-b.dtb");
  config.upstream_kernel = true;
  CHECK(device_tree_name(config, Persona::pi3plus) == "bcm2837-rpi-3-b-plus.dtb");
  config.kernel = "vmlinuz";
  CHECK(kernel_names(config, Persona::pi5) == std::vector<std::string>{"vmlinuz"});
}

TEST_CASE("pxelinux.cfg: labels, the default first") {
  const auto config = read_extlinux(
      "# boots\nDEFAULT two\ntimeout 1\nlabel one\n  linux a\nlabel two\n\tmenu label Two\n"
      "  kernel b/kernel\n  initrd b/initrd\n  fdtdir dtbs\n  append root=x  quiet\n  ipappend 3\n");
  REQUIRE(config.labels.size() == 2);
  const auto first = config.order().front();
  CHECK(first.name == "two");
  CHECK(first.kernel == "b/kernel");
  CHECK(first.initrd == "b/initrd");
  CHECK(first.fdtdir == "dtbs");
  CHECK(first.append == "root=x  quiet");
  CHECK(first.ipappend == 3);
  CHECK(config.order().back().kernel == "a");
}

TEST_CASE("grub.cfg: blocks, quotes, variables") {
  const auto block = read_grub_script(
      "while true; do\n  source $prefix/node.cfg\ndone\n"
      "if linux (http,10.0.0.1)/k 'a b' \"${x}y\" \\'z; then\n  if initrd i; then boot; fi\nelse\n  echo "
      "'it'\\''s'\nfi\n");
  REQUIRE(block);
  REQUIRE(block->size() == 2);
  CHECK((*block)[0].kind == GrubNode::Kind::loop);
  const std::map<std::string, std::string> variables{{"prefix", "(tftp,10.0.0.1)/grub"}, {"x", "1"}};
  CHECK(expand_grub((*block)[0].body[0].words[1], variables) == "(tftp,10.0.0.1)/grub/node.cfg");
  const auto& choice = (*block)[1];
  REQUIRE(choice.condition.size() == 1);
  const auto& words = choice.condition[0].words;
  REQUIRE(words.size() == 5);
  CHECK(words[2] == "a b");
  CHECK(expand_grub(words[3], variables) == "1y");
  CHECK(words[4] == "'z");
  REQUIRE(choice.body.size() == 1);
  CHECK(choice.body[0].body[0].words == std::vector<std::string>{"boot"});
  CHECK(choice.otherwise[0].words[1] == "it's");
  CHECK_FALSE(read_grub_script("if true; then\n"));
  CHECK_FALSE(read_grub_script("done\n"));
}

TEST_CASE("iPXE: joined commands, labels, settings") {
  const auto lines =
      read_ipxe_script("#!ipxe\n:again\nkernel http://h/k a=b || goto again\n# no\nboot && exit\n");
  REQUIRE(lines.size() == 5);
  CHECK(lines[1].label == "again");
  REQUIRE(lines[2].commands.size() == 2);
  CHECK(lines[2].commands[1].join == Join::if_failed);
  CHECK(lines[2].commands[1].words == std::vector<std::string>{"goto", "again"});
  CHECK(lines[3].commands.empty());
  CHECK(lines[4].commands[1].join == Join::if_succeeded);
  CHECK(read_ipxe_script("boot\n").empty());
  CHECK(expand_ipxe("http://${next-server}/${net0/mac}${nothing}", {{"next-server", "h"}, {"mac", "m"}}) ==
        "http://h/m");
}
