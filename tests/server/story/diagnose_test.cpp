#include "server/story/diagnose.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;
using dhcp::Dialect;

namespace {

const BootName kernel{BootPart::kernel, "compute", 3, ""};
const BootName initramfs{BootPart::initramfs, "compute", 3, ""};
const BootName script{BootPart::script, "", 0, ""};
const BootName start4{BootPart::firmware, "", 0, "boot/firmware/start4.elf"};
const BootName start_elf{BootPart::firmware, "", 0, "boot/firmware/start.elf"};
const BootName config{BootPart::settings, "", 0, {}, BootText::pi_config};
const BootName tree{BootPart::device_tree, "", 0, "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb"};
const BootName other_tree{BootPart::device_tree, "", 0, "boot/dtbs/broadcom/bcm2711-rpi-400.dtb"};
const BootName overlay_map{BootPart::device_tree, "", 0, "boot/overlays/overlay_map.dtb"};
const BootName ipxe{BootPart::loader, "", 0, "undionly.kpxe"};

/// A board in front of the head, what is around them, and the time.
struct Bench {
  BootRecord boot;
  NodeRecord node;
  Surroundings around;
  Moment now{std::chrono::hours{24 * 30}};

  Bench() {
    node.name = "node07";
    node.mac = "dc:a6:32:00:00:07"_mac;
    around.head_started = now - 1h;
  }
  void says(Dialect dialect, std::string_view asked, std::string_view answered, std::uint16_t secs = 0,
            Ipv4 rival = {}) {
    dhcp::Board board;
    board.mac = node.mac;
    board.dialect = dialect;
    dhcp::Exchange exchange{board, asked, answered, "10.77.0.17"_ip, "", "why"};
    exchange.secs = secs;
    exchange.rival = rival;
    boot.on_dhcp(exchange, now);
  }
  void gets_address(Dialect dialect) {
    says(dialect, "DISCOVER", "OFFER");
    if (dhcp::row_of(dialect).requests) says(dialect, "REQUEST", "ACK");
  }
  void fetches(const BootName& name, std::uint64_t bytes = 1'000'000, Carriage how = {1, 1000, 0},
               bool complete = true) {
    boot.on_begun(now);
    boot.on_ended(now);
    boot.on_fetch(name, now);
    boot.on_fetched(name, bytes, complete, now, how);
  }
  void misses(const BootName& name) { boot.on_missing(name, now); }
  void promised() { boot.on_promised("compute/3"); }
  /// A Pi 4's way to its kernel, with what it looks for in vain (NETBOOT-FACTS 2.2).
  void pi4_boots_up_to_initramfs() {
    gets_address(Dialect::pi4);
    promised();
    misses({BootPart::extra, "", 0, "pieeprom.sig"});
    fetches(config, 300);
    fetches(start4);
    misses(start_elf);
    misses({BootPart::extra, "", 0, "dt-blob.bin"});
    fetches(tree, 60'000);
    misses(overlay_map);
    fetches(kernel);
    fetches(initramfs);
  }
  void goes_on_to_up() {
    now += 15s;
    gets_address(Dialect::plain);
    boot.on_step("address", 9, now, 2);
    boot.on_overlay(900, true, now);
    boot.on_step("root", 11, now);
    boot.on_step("handover", 12, now);
    now += 20s;
    boot.on_up({"compute/3", "6.1.0", 30}, now);
  }
  Conclusion comes_to() const { return conclude(boot, node, around, now); }
  Fault fault() const { return comes_to().fault; }
  bool tells(std::string_view words) const {
    const auto told = comes_to();
    INFO(told.words << " | " << told.to_do);
    return told.words.find(words) != std::string::npos || told.to_do.find(words) != std::string::npos;
  }
};

}  // namespace

TEST_CASE("a healthy boot has no fault, in whatever dialect and wherever it is") {
  Bench bench;
  SECTION("a Pi 4, with all the files that it asks for in vain") {
    bench.pi4_boots_up_to_initramfs();
    CHECK(bench.fault() == Fault::under_way);
    bench.now += 30s;  // its kernel starts
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("a Pi 3: never sends a REQUEST, asks twice") {
    for (int round = 0; round < 2; ++round) {
      bench.gets_address(Dialect::pi3);
      bench.now += 2s;
      CHECK(bench.fault() == Fault::under_way);
      bench.fetches({BootPart::firmware, "", 0, "boot/firmware/bootcode.bin"}, 52'000);
    }
    bench.fetches(start_elf);
    bench.fetches(kernel);
    bench.fetches(initramfs);
  }
  SECTION("a Pi 5: has its firmware in itself") {
    bench.gets_address(Dialect::pi5);
    bench.misses(start4);
    bench.misses({BootPart::extra, "", 0, "kernel_2712.img"});
    bench.fetches(config, 300);
    bench.fetches(kernel);
    bench.fetches(initramfs);
  }
  SECTION("x86: ROM, then iPXE, then HTTP") {
    bench.gets_address(Dialect::pxe_bios);
    bench.fetches(ipxe, 70'000);
    bench.gets_address(Dialect::ipxe);
    bench.promised();
    bench.fetches(script, 500, {0.01});
    bench.fetches(kernel, 9'000'000, {0.2});
    bench.fetches(initramfs, 9'000'000, {0.2});
  }
  SECTION("U-Boot") {
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 1);
    bench.says(Dialect::uboot_arm64, "REQUEST", "ACK", 1);
    bench.fetches(script, 500);
    bench.fetches(kernel);
    bench.fetches(initramfs);
    bench.fetches(tree);
  }
  CHECK(bench.fault() == Fault::under_way);
  bench.goes_on_to_up();
  CHECK(bench.fault() == Fault::none);
  CHECK(bench.tells("Is up with"));
  bench.now += 24h;
  CHECK(bench.fault() == Fault::none);
}

TEST_CASE("never heard, or not heard again") {
  Bench bench;
  CHECK(bench.fault() == Fault::no_dhcp);
  CHECK(bench.tells("dc:a6:32:00:00:07, has never asked"));
  CHECK_FALSE(bench.tells("spanning tree"));
  bench.around.spanning_tree = true;
  CHECK(bench.tells("spanning tree"));

  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.boot.on_down("reboot", bench.now);
  bench.now += 1min;
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 2min;
  CHECK(bench.fault() == Fault::no_dhcp);
  CHECK(bench.tells("Said 3 min ago that it reboots"));
}

TEST_CASE("who was shut down in order has no fault") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.boot.on_down("poweroff", bench.now);
  bench.now += 3h;
  CHECK(bench.fault() == Fault::none);
}

TEST_CASE("offers that nobody takes") {
  Bench bench;
  for (int round = 0; round < 3; ++round, bench.now += 8s) {
    CHECK(bench.fault() != Fault::not_accepted);
    bench.says(Dialect::pi4, "DISCOVER", "OFFER");
  }
  CHECK(bench.fault() == Fault::not_accepted);
  CHECK(bench.tells("asked 3 times"));
  SECTION("another server that others chose is the likely one") {
    bench.around.rival = "10.77.0.66"_ip;
    bench.around.rival_mac = "02:00:00:00:00:66";
    CHECK(bench.fault() == Fault::rival_dhcp);
    CHECK(bench.tells("10.77.0.66 (MAC 02:00:00:00:00:66)"));
  }
  SECTION("it takes one after all") {
    bench.says(Dialect::pi4, "REQUEST", "ACK");
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("a file says that it took one, although it never sent a REQUEST") {
    bench.fetches(config, 300);
    CHECK(bench.fault() == Fault::under_way);
  }
}

TEST_CASE("a Pi 3 that hears no OFFER is told how to help its ROM") {
  Bench bench;
  for (int round = 0; round < 5; ++round, bench.now += 5s) bench.says(Dialect::pi3, "DISCOVER", "OFFER");
  CHECK(bench.fault() == Fault::not_accepted);
  CHECK(bench.tells("bootcode.bin"));
}

TEST_CASE("a REQUEST that names another server names the rival") {
  Bench bench;
  bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER");
  bench.says(Dialect::uboot_arm64, "REQUEST", "", 0, "10.77.0.66"_ip);
  CHECK(bench.fault() == Fault::rival_dhcp);
  CHECK(bench.tells("It chose another DHCP server on this wire, 10.77.0.66"));
  CHECK(bench.tells("mode = \"proxy\""));
}

TEST_CASE("a rival that is faster than the probe of our address is named as well") {
  Bench bench;
  bench.says(Dialect::uboot_arm64, "REQUEST", "", 0, "10.77.0.66"_ip);
  bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER");
  CHECK(bench.fault() == Fault::rival_dhcp);
}

TEST_CASE("stops after a file") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.promised();
  bench.fetches(start4);
  bench.now += 30s;
  CHECK(bench.fault() == Fault::under_way);
  SECTION("silent for longer than its firmware waits") {
    bench.now += 20s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells("stopped after the firmware start4.elf"));
    CHECK(bench.tells("power first"));
  }
  SECTION("because the head was restarted under it") {
    bench.around.head_started = bench.now;
    bench.now += 50s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells("The head was restarted while it fetched its files, after the firmware start4.elf"));
    CHECK_FALSE(bench.tells("power first"));
  }
  SECTION("but not while a transfer is under way") {
    bench.boot.on_begun(bench.now);
    bench.now += 2min;
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("in the middle of one") {
    bench.fetches(kernel, 1'200'000, {8, 800, 3}, false);
    bench.now += 50s;
    CHECK(bench.fault() == Fault::stopped_after_file);
    CHECK(bench.tells(
        "in the middle of the kernel, after 1.2 MB; the last it fetched whole was the firmware start4.elf"));
  }
  SECTION("and tries again and again: the new boot tells of the one before") {
    for (int round = 0; round < 2; ++round) {
      bench.gets_address(Dialect::pi4);
      CHECK(bench.fault() == Fault::stopped_after_file);
      if (round == 0) bench.fetches(start4);
    }
    CHECK(bench.tells("It tries for the 3. time. The time before: It stopped after the firmware start4.elf"));
    bench.fetches(start4);
    bench.fetches(kernel);
    CHECK(bench.fault() == Fault::under_way);  // further than ever
  }
}

TEST_CASE("no file at all after the address") {
  Bench bench;
  bench.gets_address(Dialect::pxe_bios);
  bench.now += 60s;
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 60s;
  CHECK(bench.fault() == Fault::stopped_after_file);
  CHECK(bench.tells("firewall"));
}

TEST_CASE("a file that is not there, and without which it does not start") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.promised();
  bench.fetches(start4);
  bench.misses(tree);
  CHECK(bench.fault() == Fault::missing_file);
  CHECK(bench.tells("the device tree bcm2711-rpi-4-b.dtb, which compute/3 does not have"));
  CHECK(bench.tells("rootstock image build compute"));
  SECTION("another device tree will do") {
    bench.fetches(other_tree);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("it is there later") {
    bench.fetches(tree);
    CHECK(bench.fault() == Fault::under_way);
  }
}

TEST_CASE("nothing to boot: a file lacks, or the image is for others") {
  const auto [what, fault] = GENERATE(table<std::string, Fault>({
      {"compute/3 cannot boot a Raspberry Pi 4: it has no boot/firmware/start4.elf", Fault::missing_file},
      {"compute/3 cannot boot: its file kernel is missing", Fault::missing_file},
      {"compute has no generation for arm64", Fault::wrong_architecture},
      {"compute/3 cannot boot a Raspberry Pi 5: its kernel 6.1 lacks what this board needs",
       Fault::wrong_architecture},
  }));
  Bench bench;
  bench.gets_address(Dialect::pi4);
  bench.boot.on_cannot_boot({what, "build it"}, bench.now);
  CHECK(bench.fault() == fault);
  CHECK(bench.tells(what));
  CHECK(bench.comes_to().to_do == "build it");
  bench.promised();  // somebody built it
  CHECK(bench.fault() == Fault::under_way);
}

TEST_CASE("a slow or lossy link") {
  Bench bench;
  bench.gets_address(Dialect::pi4);
  SECTION("few blocks again are nothing") {
    bench.fetches(kernel, 9'000'000, {9, 6000, 150});
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("many are") {
    bench.fetches(kernel, 9'000'000, {20, 6000, 900});
    CHECK(bench.fault() == Fault::slow_link);
    CHECK(bench.tells("900 of 6900 blocks"));
    bench.fetches(initramfs);
    bench.goes_on_to_up();
    CHECK(bench.fault() == Fault::slow_link);
    CHECK(bench.tells("It is up, but"));
  }
  SECTION("slow without loss: a port of 10 Mbit") {
    bench.fetches(start4, 2'255'648, {19, 1537, 0});
    CHECK(bench.fault() == Fault::slow_link);
    bench.around.booting = 40;  // or a crowd
    CHECK(bench.fault() == Fault::under_way);
  }
}

TEST_CASE("a kernel that is not heard of again") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.now += 100s;
  CHECK(bench.fault() == Fault::no_overlay_asked);
  CHECK(bench.tells("fetched kernel and initramfs"));
  bench.gets_address(Dialect::plain);
  CHECK(bench.fault() == Fault::under_way);
  bench.now += 100s;
  CHECK(bench.fault() == Fault::no_overlay_asked);
  CHECK(bench.tells("its initramfs got an address"));
}

TEST_CASE("an overlay, and no root") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.gets_address(Dialect::plain);
  bench.boot.on_overlay(900, true, bench.now);
  CHECK(bench.fault() == Fault::under_way);
  SECTION("it says so") {
    bench.boot.on_trouble("mounting 10.77.0.1:/images failed: Connection refused; trying again in 1 s",
                          bench.now);
    CHECK(bench.fault() == Fault::root_not_mounted);
    CHECK(bench.tells("Connection refused"));
    bench.boot.on_step("root", 80, bench.now);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("it is silent") {
    bench.now += 2min;
    CHECK(bench.fault() == Fault::root_not_mounted);
  }
  SECTION("the root is there, its system never is") {
    bench.boot.on_step("root", 11, bench.now);
    bench.now += 6min;
    CHECK(bench.fault() == Fault::trouble);
    CHECK(bench.tells("never said that it is up"));
  }
}

TEST_CASE("what the initramfs reports") {
  const auto [words, fault] = GENERATE(table<std::string, Fault>({
      {"unpacking the overlay failed: tar: write error: No space left on device", Fault::out_of_memory},
      {"opening the root failed: mount: Cannot allocate memory", Fault::out_of_memory},
      {"setting the clock failed: http://10.77.0.1:80/node/time: no answer within 10 s", Fault::wrong_clock},
      {"finding the network card failed: no network card has the address", Fault::trouble},
  }));
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  bench.boot.on_trouble(words, bench.now);
  CHECK(bench.fault() == fault);
  CHECK(bench.tells(words));
}

TEST_CASE("up, and not well") {
  Bench bench;
  bench.around.slurm = bench.around.slurm_answers = true;
  bench.around.slurm_state = "idle";
  bench.pi4_boots_up_to_initramfs();
  bench.goes_on_to_up();
  bench.now += 3min;
  bench.around.pulse = Heartbeat{.last = bench.now, .interval = 15s, .slurmd = "active"};
  CHECK(bench.fault() == Fault::none);
  SECTION("Slurm does not know it") {
    bench.around.slurm_state.reset();
    bench.around.pulse->slurmd = "failed";
    CHECK(bench.fault() == Fault::slurm_silent);
    CHECK(bench.tells("its slurmd is failed"));
  }
  SECTION("Slurm lost it") {
    bench.around.slurm_state = "idle*";
    CHECK(bench.fault() == Fault::slurm_silent);
  }
  SECTION("Slurm itself is silent") {
    bench.around.slurm_answers = false;
    CHECK(bench.fault() == Fault::slurm_silent);
    CHECK(bench.tells("slurmctld"));
  }
  SECTION("its clock is off") {
    bench.around.pulse->clock_off = -312;
    CHECK(bench.fault() == Fault::wrong_clock);
    CHECK(bench.tells("5 min behind the head's"));
  }
  SECTION("memory ran out") {
    bench.around.pulse->oom = 2;
    CHECK(bench.fault() == Fault::out_of_memory);
    CHECK(bench.tells("2 times"));
  }
  SECTION("its heartbeats end") {
    bench.now += 50s;
    CHECK(bench.fault() == Fault::lost);
    CHECK(bench.tells("its last heartbeat came 50 s ago"));
  }
  SECTION("none of this is said of a boot that is over") {
    bench.around.over = true;
    bench.around.slurm_state.reset();
    bench.now += 10min;
    CHECK(bench.fault() == Fault::none);
  }
}

TEST_CASE("spanning tree") {
  Bench bench;
  SECTION("the first call that came through had been calling for half a minute") {
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 27);
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("calling for 27 s"));
    CHECK(bench.tells("portfast"));
  }
  SECTION("unless it called for a head that was not there") {
    bench.around.head_started = bench.now - 5s;
    bench.says(Dialect::uboot_arm64, "DISCOVER", "OFFER", 27);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("its initramfs waited for an address; and it came up") {
    bench.around.spanning_tree = true;
    bench.pi4_boots_up_to_initramfs();
    bench.now += 40s;
    bench.gets_address(Dialect::plain);
    bench.boot.on_step("address", 40, bench.now, 31);
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("we hear it"));
    bench.goes_on_to_up();
    CHECK(bench.fault() == Fault::spanning_tree);
    CHECK(bench.tells("It is up, but"));
  }
}

TEST_CASE("what is known of the node itself comes first") {
  Bench bench;
  bench.pi4_boots_up_to_initramfs();
  SECTION("held in the queue") {
    bench.boot.on_overlay_refused("later", bench.now);
    bench.boot.on_held("third of nine, about 40 s", bench.now);
    CHECK(bench.fault() == Fault::queued);
    CHECK(bench.tells("third of nine"));
    bench.boot.on_admitted(bench.now);
    CHECK(bench.fault() == Fault::under_way);
  }
  SECTION("waiting") {
    bench.node.standing = Standing::waiting;
    CHECK(bench.fault() == Fault::waiting_for_approval);
    CHECK(bench.tells("rootstock nodes approve node07"));
  }
  SECTION("denied") {
    bench.node.standing = Standing::denied;
    CHECK(bench.fault() == Fault::denied);
  }
  SECTION("in doubt") {
    bench.node.standing = Standing::waiting;
    bench.node.doubt = "Two boards say that they are dc:a6:32:00:00:07.";
    CHECK(bench.fault() == Fault::identity_in_doubt);
  }
  SECTION("nobody there") {
    Bench empty;
    empty.node.mac = {};
    CHECK(empty.fault() == Fault::none);
  }
}

TEST_CASE("every fault has a word of its own") {
  std::vector<std::string_view> words;
  for (int fault = 0; fault <= static_cast<int>(Fault::trouble); ++fault) {
    const auto word = name_of(static_cast<Fault>(fault));
    CHECK(std::ranges::find(words, word) == words.end());
    words.push_back(word);
  }
}
