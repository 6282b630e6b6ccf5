// From power to start.elf: the first stages of each Pi.
#include "tests/fleet/firmware/loaded.hpp"
#include "tests/fleet/firmware/pi_dhcp.hpp"
#include "tests/fleet/firmware/pi_start.hpp"

namespace rootstock::fleet {
namespace {

using namespace std::chrono_literals;

constexpr int arp_tries = 10;

/// 2019's firmware with nothing where it looks: seven names every 15 ms, without pause (eeprom#74). Ten
/// seconds of it; then somebody has mended the folder.
Task<void> tight_loop(Machine& machine, PiFiles& files) {
  machine.note("asking for seven missing files every 15 ms");
  files.use_prefix("lost/");
  for (const auto until = machine.now() + 10s; machine.now() < until;) {
    for (const auto* name : {"start4.elf", "start.elf", "config.txt", "pieeprom.sig", "recover4.elf",
                             "recovery.elf", "start4.elf"})
      files.ask_only(name);
    co_await machine.sleep(15ms);
  }
}

Task<Outcome> pi4_files(Machine& machine, PiFiles& files) {
  bool there = co_await files.probe("start4.elf");
  if (!there) there = co_await files.probe("start.elf");
  if (!there) files.drop_prefix();
  co_await files.read("config.txt", Want::text);
  for (const auto* name : {"pieeprom.sig", "recover4.elf", "recovery.elf"}) co_await files.look_for(name);
  const auto start = co_await files.read("start4.elf");
  if (!start.got()) co_return stuck("start4.elf: " + start.words);
  co_await files.read("fixup4.dat");
  PiStart stage{machine, files};
  auto outcome = co_await stage.run_start_elf();
  co_return outcome;
}

Task<Outcome> pi5_files(Machine& machine, PiFiles& files) {
  const bool there = co_await files.probe("config.txt");
  if (!there) files.drop_prefix();
  co_await files.look_for("pieeprom.sig");
  PiStart stage{machine, files};
  auto outcome = co_await stage.run_pi5();
  co_return outcome;
}

Task<Outcome> bootcode_files(Machine& machine, PiFiles& files) {
  files.use_prefix(PiFiles::prefix_of(machine.spec));
  const bool there = co_await files.probe("start.elf");
  if (!there) files.drop_prefix();
  co_await files.look_for("autoboot.txt");
  co_await files.read("config.txt", Want::text);
  co_await files.look_for("recovery.elf");
  const auto start = co_await files.read("start.elf");
  if (!start.got()) co_return dead("start.elf: " + start.words);
  co_await files.read("fixup.dat");
  PiStart stage{machine, files};
  auto outcome = co_await stage.run_start_elf();
  co_return outcome;
}

/// The ROM fetches bootcode.bin from the root of the TFTP server. It answers no ARP meanwhile.
Task<std::optional<Stuck>> rom_stage(Machine& machine) {
  machine.enter(Stage::firmware_dhcp, "ROM asks for an address");
  const auto offers = co_await rom_dhcp(machine, false);
  if (!offers) co_return Stuck{"ROM: no usable offer in five attempts", true};
  machine.enter(Stage::firmware_files, "ROM asks for bootcode.bin");
  machine.answers_arp = false;
  machine.mac_when_unresolved = Mac{{0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa}};  // fw#859
  machine.next_port = 49152;
  const auto server_mac = co_await machine.resolve(offers->tftp, 3);
  const TftpServer server{offers->tftp, *server_mac};
  TftpClient client{machine, server, rom_style()};
  const auto bootcode = co_await client.fetch("bootcode.bin", Want::file);
  if (!bootcode.got()) co_return Stuck{"bootcode.bin: " + bootcode.words, true};
  co_await client.fetch("bootsig.bin", Want::probe);
  co_return std::nullopt;
}

}  // namespace

Task<Outcome> boot_pi3(Machine& machine) {
  const auto failed = co_await rom_stage(machine);
  if (failed) co_return tl::unexpected{*failed};
  machine.reset_stack();
  machine.note("link down between ROM and bootcode.bin");  // fw#975
  co_await machine.sleep(1500ms);
  machine.enter(Stage::firmware_dhcp, "bootcode.bin asks for an address");
  const auto offers = co_await rom_dhcp(machine, true);
  if (!offers) co_return dead("bootcode.bin: no usable offer in a minute");
  machine.enter(Stage::firmware_files, "bootcode.bin asks for files");
  const auto server_mac = co_await machine.resolve(offers->tftp, arp_tries);
  if (!server_mac) co_return dead("bootcode.bin: no ARP answer from " + offers->tftp.text());
  const TftpServer server{offers->tftp, *server_mac};
  PiFiles files{machine, server, bootcode_style()};
  auto outcome = co_await bootcode_files(machine, files);
  co_return outcome;
}

Task<Outcome> boot_pi_eeprom(Machine& machine) {
  machine.enter(Stage::firmware_dhcp, "EEPROM asks for an address");
  const auto offers = co_await eeprom_dhcp(machine);
  if (!offers) co_return stuck("no offer with an address and a TFTP server in 45 s");
  const auto server_mac = co_await machine.resolve(offers->tftp, arp_tries);
  if (!server_mac) co_return stuck("no ARP answer from " + offers->tftp.text());
  machine.enter(Stage::firmware_files, "EEPROM asks for files");
  const TftpServer server{offers->tftp, *server_mac};
  PiFiles files{machine, server, pi_style(machine.spec)};
  if (machine.spec.tight_loop && machine.progress.boots == 1) co_await tight_loop(machine, files);
  files.use_prefix(PiFiles::prefix_of(machine.spec));
  if (machine.spec.persona == Persona::pi5) co_return co_await pi5_files(machine, files);
  co_return co_await pi4_files(machine, files);
}

}  // namespace rootstock::fleet
