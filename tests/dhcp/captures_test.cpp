// What clients in the field send, byte for byte, and what each must hear (NETBOOT-FACTS section 1).
#include "tests/dhcp/hex.hpp"
#include "tests/dhcp/lab.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr auto pxe_class_bios =
    "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 30 3a 55 4e 44 49 3a 30 30 32 30 30 31";
constexpr auto pxe_class_x64 =
    "3c 20 50 58 45 43 6c 69 65 6e 74 3a 41 72 63 68 3a 30 30 30 30 37 3a 55 4e 44 49 3a 30 30 33 30 30 30";
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

TEST_CASE("legacy BIOS PXE ROM: DISCOVER") {
  Lab lab;
  const auto offer = lab_hears(
      lab, request("80 00", no_address, mac,
                   all({"35 01 01                            | DISCOVER",
                        "37 0e 01 03 2b 3c 42 43 80 81 82 83 84 85 86 87", "39 02 04 ec   | 57: 1260",
                        "61 11 00 00112233445566778899aabbccddeeff       | 97, type 0",
                        "5d 02 00 00   | 93: BIOS", "5e 03 01 02 01", pxe_class_bios, "ff"})));
  CHECK(offer.board.dialect == Dialect::pxe_bios);
  CHECK(offer.board.arch == 0);
  REQUIRE(offer.board.uuid);
  CHECK((*offer.board.uuid)[15] == 0xff);
  CHECK(offer.answered == "OFFER");
  CHECK(offer.to.route == Route::broadcast);
  CHECK(offer.reply->file == "undionly.kpxe");
  CHECK(offer.reply->options.find(Code::client_uuid)->size() == 17);
}

TEST_CASE("iPXE 1.0 on BIOS: user class raw, 175, client-id of type and MAC") {
  Lab lab;
  const auto offer = lab_hears(
      lab,
      request(
          "00 00", no_address, mac,
          all({"35 01 01          | DISCOVER", "39 02 05 c0       | 57: 1472", "5d 02 00 00       | 93: BIOS",
               "5e 03 01 02 01", pxe_class_bios, "4d 04 69 50 58 45 | 77: iPXE, without RFC 3004's length",
               "37 17 01 03 06 07 0c 0f 11 1a 2b 3c 42 43 77 80 81 82 83 84 85 86 87 af cb",
               "af 0c b1 05 01 10 ec 81 39 13 01 01 17 01 | 175: PCI id, HTTP, DNS (cut short)",
               "3d 07 01 52 54 00 12 34 56 | 61", "61 11 00 00112233445566778899aabbccddeeff", "ff"})));
  CHECK(offer.board.dialect == Dialect::ipxe);
  CHECK(offer.reply->file == "http://10.0.0.1/boot.ipxe");
  CHECK(offer.reply->options.text(Code::boot_file) == "http://10.0.0.1/boot.ipxe");
  CHECK(offer.reply->options.find(Code::client_id)->size() == 7);
  CHECK(offer.to.route == Route::hardware);
  CHECK(offer.to.mac == board_mac);
}

TEST_CASE("EDK2: arch 7, the broadcast flag, and a REQUEST whose 57 has its bytes swapped") {
  Lab lab;
  const auto offer = lab_hears(
      lab, request("80 00", no_address, mac,
                   all({"35 01 01", "39 02 05 c0", "61 11 00 00112233445566778899aabbccddeeff",
                        "5e 03 01 03 00", "5d 02 00 07   | 93: UEFI x86-64", pxe_class_x64, "ff"})));
  CHECK(offer.board.dialect == Dialect::uefi_x64);
  CHECK(offer.reply->file == "snponly.efi");
  CHECK_FALSE(offer.reply->options.has(Code::vendor_class));  // else EDK2 asks port 4011 and waits for it
  const auto ack = lab_hears(
      lab, request("80 00", no_address, mac,
                   all({"35 01 03", "36 04 0a 00 00 01 | 54: us", "32 04 0a 00 00 0a | 50: what we offered",
                        "39 02 ff 00       | 57: 65280", "61 11 00 00112233445566778899aabbccddeeff",
                        "5e 03 01 03 00", "5d 02 00 07", pxe_class_x64, "ff"})));
  CHECK(ack.answered == "ACK");
  CHECK(ack.to.route == Route::broadcast);
  CHECK(ack.reply->file == "snponly.efi");
  CHECK(ack.lease->seated);
  CHECK(wire_size(*ack.reply) <= 1472);
}

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

TEST_CASE("busybox udhcpc: no broadcast flag, client-id, wants unicast before it has an address") {
  Lab lab;
  const auto offer =
      lab_hears(lab, request("00 00", no_address, mac,
                             all({"35 01 01", "3d 07 01 52 54 00 12 34 56", "39 02 02 40   | 57: 576",
                                  "37 07 01 03 06 0c 0f 1c 2a",
                                  "3c 0c 75 64 68 63 70 20 31 2e 33 35 2e 30 | 60: udhcp 1.35.0", "ff"})));
  CHECK(offer.board.dialect == Dialect::plain);
  CHECK(offer.to.route == Route::hardware);
  CHECK(wire_size(*offer.reply) <= 548);
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
