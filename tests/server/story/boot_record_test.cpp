#include "server/story/boot_record.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;
using namespace std::chrono_literals;
using dhcp::Dialect;

namespace {

const Moment start{std::chrono::hours{24 * 30}};
const BootName kernel{BootPart::kernel, "compute", 3, ""};
const BootName initramfs{BootPart::initramfs, "compute", 3, ""};
const BootName script{BootPart::script, "", 0, ""};

/// A board in front of the head, and the time.
struct Bench {
  BootRecord boot;
  Moment now = start;

  std::string says(Dialect dialect, std::string_view asked, std::string_view answered,
                   std::string_view file = "") {
    dhcp::Board board;
    board.dialect = dialect;
    return boot.on_dhcp({board, asked, answered, Ipv4{0x0a4d000a}, file, "why"}, now);
  }
  std::string gets_address(Dialect dialect, std::string_view file = "") {
    says(dialect, "DISCOVER", "OFFER", file);
    return says(dialect, "REQUEST", "ACK", file);
  }
  void fetches(const BootName& name, bool complete = true) {
    boot.on_fetch(name, now);
    boot.on_fetched(name, 1000, complete, now);
  }
  void boots_up_to_initramfs() {
    gets_address(Dialect::pxe_bios, "undionly.kpxe");
    gets_address(Dialect::ipxe, "boot.ipxe");
    boot.on_promised("compute/3");
    fetches(script);
    fetches(kernel);
    fetches(initramfs);
  }
  bool may_have_overlay() const { return !boot.overlay_refusal(now); }
};

}  // namespace

TEST_CASE("a board that asked more than once for its address is told so") {
  Bench bench;
  for (int i = 0; i < 2; ++i) {
    CHECK(bench.says(Dialect::pxe_bios, "DISCOVER", "OFFER").empty());
    bench.now += 2s;
  }
  CHECK(bench.says(Dialect::pxe_bios, "REQUEST", "ACK") ==
        "x86 BIOS PXE: got 10.77.0.10 when it had asked 2 times");
}

TEST_CASE("a whole BIOS boot is one boot and tells one story") {
  Bench bench;
  CHECK(bench.gets_address(Dialect::pxe_bios, "undionly.kpxe") ==
        "x86 BIOS PXE: got 10.77.0.10, told to load undionly.kpxe");
  CHECK(bench.boot.stage() == Stage::dhcp);
  bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"});
  CHECK(bench.boot.stage() == Stage::loader);
  bench.now += 5s;
  bench.gets_address(Dialect::ipxe, "boot.ipxe");
  bench.boot.on_promised("compute/3");
  bench.fetches(script);
  bench.fetches(kernel);
  CHECK(bench.boot.stage() == Stage::kernel);
  bench.fetches(initramfs);
  CHECK(bench.boot.stage() == Stage::initramfs);
  bench.now += 10s;
  CHECK(bench.gets_address(Dialect::plain) == "its initramfs: got 10.77.0.10");
  CHECK(bench.boot.stage() == Stage::initramfs);
  bench.boot.on_overlay(900, true, bench.now);
  CHECK(bench.boot.stage() == Stage::overlay);
  bench.now += 20s;
  bench.boot.on_up({"compute/3", "6.1.0", 30}, bench.now);
  CHECK(bench.boot.stage() == Stage::up);
  CHECK(bench.boot.started() == start);
  CHECK(bench.boot.lasted(bench.now + 1h).count() == 35);
  CHECK(bench.boot.generation() == "compute/3");
}

TEST_CASE("which DISCOVER begins a new boot") {
  Bench bench;
  bench.gets_address(Dialect::pxe_bios);
  bench.now += 1min;
  const auto begins = [&](Dialect dialect) {
    bench.says(dialect, "DISCOVER", "OFFER");
    return bench.boot.started() == bench.now;
  };

  SECTION("not a repeated one of the ROM, nor iPXE's after it") {
    CHECK_FALSE(begins(Dialect::pxe_bios));
    CHECK_FALSE(begins(Dialect::ipxe));
  }
  SECTION("the ROM's once iPXE has spoken: the board was reset") {
    CHECK_FALSE(begins(Dialect::ipxe));
    CHECK(begins(Dialect::pxe_bios));
  }
  SECTION("the ROM's once it has its loader: the power went before iPXE spoke") {
    bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"}, false);
    CHECK_FALSE(begins(Dialect::pxe_bios));  // it broke off, and may be a repeat of the same attempt
    bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"});
    CHECK_FALSE(begins(Dialect::ipxe));
  }
  SECTION("the ROM's after its loader, when iPXE never came") {
    bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"});
    CHECK(begins(Dialect::pxe_bios));
  }
  SECTION("iPXE's once it had its script: iPXE is the ROM, and the power went") {
    begins(Dialect::ipxe);
    CHECK_FALSE(begins(Dialect::ipxe));
    bench.fetches(script);
    CHECK(begins(Dialect::ipxe));
  }
  SECTION("the loader's last ACK was lost: its transfer ends when iPXE has already spoken") {
    begins(Dialect::ipxe);
    bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"});
    CHECK_FALSE(begins(Dialect::ipxe));
  }
  SECTION("one after a long silence: the board was switched off") {
    bench.now += 6min;
    CHECK(begins(Dialect::pxe_bios));
  }
  SECTION("the first one after the initramfs, the overlay or trouble") {
    bench.boots_up_to_initramfs();
    if (GENERATE(true, false)) bench.gets_address(Dialect::plain);
    if (GENERATE(true, false)) bench.boot.on_overlay(900, true, bench.now);
    if (GENERATE(true, false)) bench.boot.on_trouble("cannot mount", bench.now);
    CHECK(begins(GENERATE(Dialect::pxe_bios, Dialect::uefi_x64, Dialect::ipxe)));
    CHECK(bench.boot.stage() == Stage::dhcp);
    CHECK(bench.boot.trouble().empty());
  }
  SECTION("iPXE's once the kernel was asked for: iPXE may be the ROM") {
    bench.boot.on_fetch(kernel, bench.now);
    CHECK(begins(Dialect::ipxe));
  }
  SECTION("bootcode.bin's after the ROM of a Pi 3, but not after its own firmware") {
    bench.now += 6min;
    CHECK(begins(Dialect::pi3));
    bench.now += 5s;
    bench.fetches({BootPart::firmware, "", 0, "boot/firmware/bootcode.bin"});
    CHECK(bench.boot.stage() == Stage::loader);
    CHECK_FALSE(begins(Dialect::pi3));
    bench.fetches({BootPart::firmware, "", 0, "boot/firmware/start.elf"});
    CHECK(begins(Dialect::pi3));
  }
  SECTION("never a plain client's") {
    bench.boots_up_to_initramfs();
    CHECK_FALSE(begins(Dialect::plain));
    bench.boot.on_up({}, bench.now);
    CHECK_FALSE(begins(Dialect::plain));
  }
  SECTION("any firmware's once the node was up") {
    bench.boots_up_to_initramfs();
    bench.boot.on_up({}, bench.now);
    CHECK(begins(Dialect::pxe_bios));
    CHECK(bench.boot.events().empty());
  }
}

TEST_CASE("the overlay is for one boot that the head has watched") {
  Bench bench;
  SECTION("not before the head saw the boot") { CHECK_FALSE(bench.may_have_overlay()); }
  SECTION("not for a node that was up before the head started") {
    bench.boot = BootRecord::known(true);
    CHECK(bench.boot.stage() == Stage::up);
    CHECK_FALSE(bench.may_have_overlay());
  }
  SECTION("not before the initramfs went out whole") {
    bench.gets_address(Dialect::ipxe);
    bench.fetches(kernel);
    CHECK_FALSE(bench.may_have_overlay());
    bench.fetches(initramfs, false);
    CHECK_FALSE(bench.may_have_overlay());
    bench.fetches(initramfs);
    CHECK(bench.may_have_overlay());
  }
  SECTION("again after a broken transfer, until the node is up") {
    bench.boots_up_to_initramfs();
    bench.boot.on_overlay(10, false, bench.now);
    CHECK(bench.may_have_overlay());
    bench.boot.on_overlay(900, true, bench.now);
    CHECK(bench.may_have_overlay());
    bench.boot.on_trouble("cannot mount", bench.now);
    CHECK(bench.may_have_overlay());
    bench.boot.on_up({}, bench.now);
    CHECK_FALSE(bench.may_have_overlay());
    bench.fetches(initramfs);  // a user of the running node tries
    CHECK_FALSE(bench.may_have_overlay());
  }
  SECTION("not for ever") {
    bench.boots_up_to_initramfs();
    bench.now += BootRecord::overlay_window;
    CHECK(bench.may_have_overlay());
    bench.now += 1s;
    CHECK_FALSE(bench.may_have_overlay());
  }
  SECTION("not for a new boot before its own initramfs") {
    bench.boots_up_to_initramfs();
    bench.says(Dialect::pxe_bios, "DISCOVER", "OFFER");
    CHECK_FALSE(bench.may_have_overlay());
  }
}

TEST_CASE("a Pi 3 boots from the OFFER alone") {
  Bench bench;
  CHECK(bench.says(Dialect::pi3, "DISCOVER", "OFFER") == "Raspberry Pi 3: got 10.77.0.10");
  bench.fetches({BootPart::firmware, "", 0, "boot/firmware/bootcode.bin"});
  CHECK(bench.says(Dialect::pi3, "DISCOVER", "OFFER").empty());
  CHECK_FALSE(bench.may_have_overlay());
  bench.fetches({BootPart::settings, "", 0, "", BootText::pi_config});
  bench.fetches({BootPart::firmware, "", 0, "boot/firmware/start.elf"});
  bench.fetches({BootPart::device_tree, "", 0, "boot/overlays/overlay_map.dtb"});
  CHECK(bench.boot.stage() == Stage::loader);
  bench.fetches(kernel);
  bench.fetches(initramfs);
  CHECK(bench.boot.started() == start);
  CHECK(bench.boot.stage() == Stage::initramfs);
  CHECK(bench.may_have_overlay());
  CHECK(bench.boot.events().size() == 5);  // neither settings nor overlays
}

TEST_CASE("a Pi that has read its config.txt asks no more of DHCP in this boot") {
  Bench bench;
  bench.gets_address(Dialect::pi5);
  bench.boot.on_promised("compute/3");
  bench.fetches({BootPart::settings, "", 0, "", BootText::pi_config});  // a Pi 5 fetches no firmware
  bench.now += 1min;
  bench.gets_address(Dialect::pi5);  // the power went
  CHECK(bench.boot.started() == bench.now);
  CHECK(bench.boot.generation().empty());
}

TEST_CASE("what cannot boot is told once, and forgotten when it can") {
  Bench bench;
  const Failure why{"compute/3 cannot boot a Raspberry Pi 4", "build it"};
  CHECK(bench.boot.on_cannot_boot(why, bench.now).empty());  // no boot of ours
  bench.says(Dialect::pi4, "DISCOVER", "OFFER");
  CHECK(bench.boot.on_cannot_boot(why, bench.now) ==
        "compute/3 cannot boot a Raspberry Pi 4; to do: build it");
  CHECK(bench.boot.on_cannot_boot(why, bench.now).empty());
  CHECK(bench.boot.trouble().find("to do: build it") != std::string::npos);
  CHECK(bench.boot.stage() == Stage::dhcp);
  bench.boot.on_promised("compute/4");
  CHECK(bench.boot.trouble().empty());
}

TEST_CASE("a node in trouble: the last line counts, made fit for a log") {
  Bench bench;
  bench.boots_up_to_initramfs();
  CHECK(bench.boot.on_trouble("rootstock: fine\nmount\x1b[31m failed\n", bench.now) ==
        "trouble: mount [31m failed");
  CHECK(bench.boot.stage() == Stage::trouble);
  bench.boot.on_up({"compute/3", "6.1.0", 1}, bench.now);
  CHECK(bench.boot.trouble().empty());
}

TEST_CASE("a board that goes round in circles does not fill the memory") {
  Bench bench;
  bench.gets_address(Dialect::ipxe);
  int lines = 0;
  for (int i = 0; i < 1000; ++i) lines += !bench.boot.on_fetch(script, bench.now).empty();
  CHECK(bench.boot.events().size() == 100);
  CHECK(lines < 100);
  CHECK(bench.boot.events().back().text.find("left out") != std::string::npos);
  CHECK_FALSE(bench.boot.on_up({"compute/3", "6.1.0", 1}, bench.now).empty());  // what matters is told
}

TEST_CASE("of a node that is up for months the latest is told, and the beginning of its boot kept") {
  Bench bench;
  bench.says(Dialect::ipxe, "DISCOVER", "OFFER", "boot.ipxe");
  bench.says(Dialect::ipxe, "REQUEST", "ACK", "boot.ipxe");
  const auto first = bench.boot.events().front().text;
  for (int time = 0; time < 300; ++time)
    CHECK(bench.boot.on_beat_says("lost " + std::to_string(time), Moment{std::chrono::hours{time + 1}}) ==
          "lost " + std::to_string(time));
  CHECK(bench.boot.events().size() < 100);
  CHECK(bench.boot.events().front().text == first);
  CHECK(bench.boot.events().back().text == "lost 299");
}

TEST_CASE("beside another DHCP server the file and the address are two steps of one story") {
  Bench bench;
  CHECK(bench.says(Dialect::pxe_bios, "DISCOVER", "proxy OFFER", "undionly.kpxe") ==
        "x86 BIOS PXE: told to load undionly.kpxe");
  CHECK(bench.says(Dialect::pxe_bios, "DISCOVER", "proxy OFFER", "undionly.kpxe").empty());
  CHECK(bench.says(Dialect::pxe_bios, "REQUEST", "overheard") ==
        "x86 BIOS PXE: got 10.77.0.10 when it had asked 2 times");
  bench.fetches({BootPart::loader, "", 0, "undionly.kpxe"});
  CHECK(bench.says(Dialect::ipxe, "DISCOVER", "proxy OFFER", "boot.ipxe") == "iPXE: told to load boot.ipxe");
  CHECK(bench.boot.stage() == Stage::loader);

  Bench uefi;  // on port 4011
  CHECK(uefi.says(Dialect::uefi_x64, "DISCOVER", "proxy OFFER").empty());
  CHECK(uefi.says(Dialect::uefi_x64, "REQUEST", "overheard") == "UEFI x64 PXE: got 10.77.0.10");
  CHECK(uefi.says(Dialect::uefi_x64, "REQUEST on 4011", "proxy ACK", "snponly.efi") ==
        "UEFI x64 PXE: told to load snponly.efi");
}
