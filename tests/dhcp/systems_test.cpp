// Kernels, initramfs and systems: the later identities of a board (NETBOOT-FACTS 1.7), beside its firmware's
// in captures_test.
#include "tests/dhcp/hex.hpp"
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr auto pxe_class_bios =
    "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 30 3a 55 4e 44 49 3a 30 30 32 30 30 31";
constexpr auto no_address = "00 00 00 00";
constexpr auto mac = "52 54 00 12 34 56";
const auto board_mac = "52:54:00:12:34:56"_mac;

Outcome lab_hears(Lab& lab, const std::vector<std::uint8_t>& packet) {
  const auto message = parse(packet);
  REQUIRE(message);
  return lab.hears(*message);
}

std::string all(std::initializer_list<std::string_view> lines) {
  std::string text;
  for (const auto line : lines) text.append(line).append("\n");
  return text;
}

}  // namespace

TEST_CASE("klibc ipconfig: broadcast flag, reads siaddr") {
  Lab lab;
  const auto offer = lab_hears(
      lab, request("80 00", no_address, mac,
                   all({"35 01 01", "3c 0e 4c 69 6e 75 78 20 69 70 63 6f 6e 66 69 67 | 60: Linux ipconfig",
                        "37 0b 01 03 06 0c 0f 11 1a 1c 28 77 79", "ff 00 00 00"})));
  CHECK(offer.board.dialect == Dialect::plain);
  CHECK(offer.to.route == Route::broadcast);
  CHECK(offer.reply->next_server == Lab::head);
  CHECK(offer.reply->file.empty());
}

TEST_CASE("systemd-networkd: client-id of RFC 4361, then a renewal from its address") {
  Lab lab;
  constexpr auto duid = "3d 13 ff 00 12 34 56 00 02 00 00 ab 11 01 02 03 04 05 06 07 08 | 61: IAID and DUID";
  const auto offer =
      lab_hears(lab, request("00 00", no_address, mac,
                             all({"35 01 01", duid, "37 09 01 03 06 0c 0f 1a 21 78 79", "39 02 05 dc",
                                  "0c 04 6e 6f 64 65 | 12: its own idea of a name", "ff"})));
  CHECK(offer.answered == "OFFER");
  CHECK(offer.reply->options.find(Code::client_id)->size() == 19);
  CHECK_FALSE(offer.reply->options.has(Code::host_name));
  lab.hears(Lab::selects(board_mac, offer.address));
  const auto renewed =
      lab_hears(lab, request("00 00", "0a 00 00 0a", mac, all({"35 01 03", duid, "39 02 05 dc", "ff"})));
  CHECK(renewed.answered == "ACK");
  CHECK(renewed.to.route == Route::client);
}

TEST_CASE("one board, one address, through ROM, iPXE, initramfs and system") {
  Lab lab;
  const auto boots_with = [&](const std::string& options) {
    return lab_hears(lab, request("00 00", no_address, mac, all({"35 01 01", options, "ff"}))).address;
  };
  const auto first = boots_with(all({pxe_class_bios, "5d 02 00 00"}));
  CHECK(boots_with(all({pxe_class_bios, "5d 02 00 00", "4d 04 69 50 58 45", "3d 07 01 52 54 00 12 34 56"})) ==
        first);
  CHECK(boots_with("") == first);
  CHECK(boots_with("3d 13 ff 00 12 34 56 00 02 00 00 ab 11 01 02 03 04 05 06 07 08") == first);
}
