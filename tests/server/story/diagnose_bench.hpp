#pragma once
// One boot in front of the head, told step by step, and what the head concludes of it.

#include <chrono>
#include <cstdint>
#include <string_view>

#include "server/story/diagnose.hpp"
#include "tests/support/catch.hpp"

namespace rootstock::server::testing {

using namespace std::chrono_literals;
using dhcp::Dialect;

inline const BootName kernel{BootPart::kernel, "compute", 3, ""};
inline const BootName initramfs{BootPart::initramfs, "compute", 3, ""};
inline const BootName script{BootPart::script, "", 0, ""};
inline const BootName start4{BootPart::firmware, "", 0, "boot/firmware/start4.elf"};
inline const BootName start_elf{BootPart::firmware, "", 0, "boot/firmware/start.elf"};
inline const BootName config{BootPart::settings, "", 0, {}, BootText::pi_config};
inline const BootName tree{BootPart::device_tree, "", 0, "boot/dtbs/broadcom/bcm2711-rpi-4-b.dtb"};
inline const BootName other_tree{BootPart::device_tree, "", 0, "boot/dtbs/broadcom/bcm2711-rpi-400.dtb"};
inline const BootName overlay_map{BootPart::device_tree, "", 0, "boot/overlays/overlay_map.dtb"};
inline const BootName ipxe{BootPart::loader, "", 0, "undionly.kpxe"};

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

}  // namespace rootstock::server::testing
