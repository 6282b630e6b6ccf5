// Until a board has its address: what DHCP tells of the wire and of the firmware.

#include <fmt/format.h>

#include "server/story/rules.hpp"
#include "server/story/words.hpp"

namespace rootstock::server::rules {
namespace {

/// Whoever ignores three OFFERs ignores the fourth: a Pi 4 asks after 0, 8 and 24 s (NETBOOT-FACTS 1.1), a Pi
/// 3 five times in 25 s (1.2), EDK2 and PXE ROMs after 0, 4, 12 and 28 s (1.6).
constexpr int offers_ignored = 3;
/// Classic spanning tree lets nothing through for 2 x 15 s after a link comes up (IEEE 802.1D, forward
/// delay); the first DISCOVERs are lost in it, and `secs` of the first one that gets through tells of them.
constexpr int secs_lost_to_spanning_tree = 20;
/// A board that asked while the head was starting has been waiting for the head.
constexpr double head_is_new = 60;

std::string server_words(Ipv4 address, const std::string& mac) {
  return mac.empty() ? address.text() : fmt::format("{} (MAC {})", address.text(), mac);
}

Conclusion rival(const std::string& words, Ipv4 address) {
  return {
      Fault::rival_dhcp, words,
      fmt::format(
          "find {} and switch its DHCP off: a router with its cable in the wrong switch, or a machine that "
          "shares its connection? `sudo rootstock check` on the head tells more of it. If it has to stay, "
          "let it give the addresses: mode = \"proxy\" in [dhcp] (README, \"Beside another DHCP server\")",
          address.text())};
}

std::string remedy_for_ignored_offers(dhcp::Dialect dialect) {
  switch (dialect) {
    case dhcp::Dialect::pi3:
    case dhcp::Dialect::pi:
      return "take its power away for ten seconds: a Pi 3's ROM gives up after five tries, and loses answers "
             "now and then; an SD card with only bootcode.bin on it cures that. Then another cable and "
             "another switch port";
    case dhcp::Dialect::pi4:
    case dhcp::Dialect::pi5:
      return "another cable and another switch port; then look for a second DHCP server: sudo rootstock "
             "check. An old boot loader in its EEPROM: sudo rpi-eeprom-update -a in Raspberry Pi OS";
    default:
      return "another cable and another switch port; does the switch filter DHCP (\"DHCP snooping\": trust "
             "the head's port) or keep the port in another VLAN? A second DHCP server: sudo rootstock check";
  }
}

}  // namespace

Verdict rival_dhcp(const Case& seen) {
  const auto& dhcp = seen.boot.dhcp;
  const auto who = server_words(dhcp.rival, dhcp.rival == seen.around.rival ? seen.around.rival_mac : "");
  if (!dhcp.rival.unset())
    return rival(fmt::format("{} another DHCP server on this wire, {}, and took its address from there: with "
                             "two of them boards boot from one or the other.",
                             seen.is_up() ? "It is up, but first it chose" : "It chose", who),
                 dhcp.rival);
  // Firmware that never sends a REQUEST cannot say whom it chose.
  if (seen.around.rival.unset() || !seen.booting() || dhcp.offers < offers_ignored || !seen.no_file_yet())
    return std::nullopt;
  return rival(fmt::format("It ignores our {} OFFERs, and there is another DHCP server on this wire, {}, "
                           "that other boards were seen to choose.",
                           dhcp.offers, server_words(seen.around.rival, seen.around.rival_mac)),
               seen.around.rival);
}

Verdict never_heard(const Case& seen) {
  if (seen.watched() || seen.boot.stage != Stage::none || seen.node.vacant()) return std::nullopt;
  if (seen.node.last_up != Time{})
    return Conclusion{
        Fault::no_dhcp,
        "Was up before the head was started, and has not been heard since: it is switched off, or its "
        "network is gone.",
        "is it switched on, and the link light of its switch port? If it runs, it says so within a minute"};
  return Conclusion{Fault::no_dhcp,
                    fmt::format("Its board, {}, has never asked for an address: it is switched off, its "
                                "cable does not lead here, or its firmware does not boot from the network.",
                                seen.node.mac.text()),
                    std::string{"is it switched on, and the link light of its switch port? Is the network in "
                                "its boot order (README, \"Boards\")? Is that the MAC on its label?"} +
                        (seen.around.spanning_tree
                             ? " The switch runs spanning tree: make the boards' ports edge ports (PortFast)"
                             : "")};
}

Verdict not_accepted(const Case& seen) {
  const auto& dhcp = seen.boot.dhcp;
  if (!seen.booting() || dhcp.requests > 0 || dhcp.offers < offers_ignored || !seen.no_file_yet())
    return std::nullopt;
  return Conclusion{
      Fault::not_accepted,
      fmt::format(
          "It asked {} times for an address and was offered one {} times, but took none and asked for no "
          "file: our answers do not reach it, or its firmware ({}) waits for something else in them.",
          dhcp.discovers, dhcp.offers, seen.boot.firmware),
      remedy_for_ignored_offers(seen.dialect())};
}

Verdict refused_address(const Case& seen) {
  const auto& dhcp = seen.boot.dhcp;
  constexpr int again_and_again = 3;
  if (!seen.booting() || dhcp.naks < again_and_again || seen.boot.answered > 0) return std::nullopt;
  return Conclusion{
      Fault::not_accepted,
      fmt::format("It insists on an address that is not its own: it was refused {} times.", dhcp.naks),
      "take its power away for ten seconds, so that it forgets that address; does its firmware have a fixed "
      "address set?"};
}

Verdict spanning_tree(const Case& seen) {
  const auto& boot = seen.boot;
  const bool late =
      boot.dhcp.first_secs >= secs_lost_to_spanning_tree &&
      std::chrono::duration<double>(boot.started - seen.around.head_started).count() > head_is_new;
  // Its initramfs takes the link up anew, asks in vain, and is answered later.
  const bool second_link = boot.address_troubles > 0 && boot.stage != Stage::trouble;
  if (!seen.watched() || (!late && !second_link)) return std::nullopt;
  const auto what =
      late ? fmt::format(
                 "the first that came through of its calls for an address says that it had been calling for "
                 "{} s",
                 boot.dhcp.first_secs)
           : std::string{"its initramfs called for an address in vain at first, and was heard later"};
  return Conclusion{
      Fault::spanning_tree,
      fmt::format("{}: {}. {}",
                  seen.is_up() ? "It is up, but it lost half a minute" : "It loses half a minute", what,
                  seen.around.spanning_tree
                      ? "The switch runs spanning tree (we hear it), which lets nothing through for 30 s "
                        "after a link comes up; many boards give up before that."
                      : "A switch that runs spanning tree does this: it lets nothing through for 30 s after "
                        "a link comes up; many boards give up before that."),
      "in the switch's settings make the boards' ports edge ports (Cisco: spanning-tree portfast), or switch "
      "spanning tree off there"};
}

}  // namespace rootstock::server::rules
