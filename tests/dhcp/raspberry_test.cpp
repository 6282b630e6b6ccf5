#include "dhcp/raspberry.hpp"

#include "tests/dhcp/hex.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

namespace {

constexpr std::string_view bios = "PXEClient:Arch:00000:UNDI:002001";
const auto pi3 = "b8:27:eb:01:02:03"_mac, pi4 = "dc:a6:32:01:02:03"_mac, newer = "d8:3a:dd:01:02:03"_mac,
           pc = "52:54:00:01:02:03"_mac;

struct Row {
  std::string_view what;
  std::string_view vendor_class;
  std::string_view uuid;
  Asking asking;
  Mac mac;
  Dialect expected;
};

Dialect recognised(const Row& row, const std::vector<std::uint8_t>& uuid) {
  Clues clues;
  clues.vendor_class = row.vendor_class;
  if (row.vendor_class == bios) clues.arch = 0;
  clues.uuid = uuid;
  clues.asking = row.asking;
  clues.mac = row.mac;
  return recognise(clues);
}

constexpr auto serials = "c0ffee01 c0ffee01 c0ffee01 c0ffee01",
               own_word = "01020304 1231c000 00010203 c0ffee01", blank = "16*00", unset = "16*ff",
               filler = "16*44", pc_uuid = "00112233445566778899aabbccddeeff";

}  // namespace

TEST_CASE("which Raspberry Pi, or which x86 board") {
  const auto row = GENERATE(values<Row>({
      {"letters", bios, "52506934 1231c000 32010203 c0ffee01", Asking::like_pi4, pi4, Dialect::pi4},
      {"letters reversed", bios, "34695052 1231c000 32010203 c0ffee01", Asking::like_pi4, pi4, Dialect::pi4},
      {"letters of a 5", bios, "52506935 7041c000 32010203 c0ffee01", Asking::like_pi4, newer, Dialect::pi5},
      {"letters of a 5 reversed", bios, "35695052 7041c000 32010203 c0ffee01", Asking::something, pc,
       Dialect::pi5},
      {"letters in a REQUEST without a class", "", "52506935 7041c000 32010203 c0ffee01", Asking::none, newer,
       Dialect::pi5},
      {"own word, a 4 by its revision", bios, own_word, Asking::like_pi4, "dc:a6:00:01:02:03"_mac,
       Dialect::pi4},
      {"own word, a 5 by its revision", bios, "01020304 7041c000 dd010203 c0ffee01", Asking::like_pi4, newer,
       Dialect::pi5},
      {"own word, a 3 by its revision", bios, "01020304 8220a000 eb010203 c0ffee01", Asking::like_pi4, pi3,
       Dialect::pi3},
      {"own word, a revision of the old kind", bios, "01020304 10000000 dd010203 c0ffee01", Asking::like_pi4,
       newer, Dialect::pi},
      {"serials, a 4 by its MAC", bios, serials, Asking::like_pi4, pi4, Dialect::pi4},
      {"serials, 4 or 5", bios, serials, Asking::like_pi4, newer, Dialect::pi},
      {"serials, MAC of the owner's", bios, serials, Asking::like_pi4, pc, Dialect::pi},
      {"serials, asks like bootcode.bin", bios, serials, Asking::like_pi3, pc, Dialect::pi3},
      {"the ROM's filler", bios, filler, Asking::like_pi3, pi3, Dialect::pi3},
      {"no 97, by its MAC", bios, "", Asking::like_pi4, pi4, Dialect::pi4},
      {"no 97, by what it asks for", bios, "", Asking::like_pi4, pc, Dialect::pi},
      {"no 97, asks like the ROM", bios, "", Asking::like_pi3, pc, Dialect::pi3},
      {"only its MAC", bios, pc_uuid, Asking::something, newer, Dialect::pi},
      {"x86", bios, pc_uuid, Asking::something, pc, Dialect::pxe_bios},
      {"x86 without 97", bios, "", Asking::something, pc, Dialect::pxe_bios},
      {"x86 that asks like a Pi", bios, pc_uuid, Asking::like_pi4, pc, Dialect::pxe_bios},
      {"x86 that asks like a Pi, its UUID left out", bios, blank, Asking::like_pi4, pc, Dialect::pxe_bios},
      {"x86 that asks like a Pi, its UUID all ones", bios, unset, Asking::like_pi3, pc, Dialect::pxe_bios},
      {"x86 with the ROM's filler", bios, filler, Asking::something, pc, Dialect::pxe_bios},
      {"Linux on a Pi", "udhcp 1.35.0", "", Asking::something, pi4, Dialect::plain},
      {"Linux on a Pi, no class", "", "", Asking::something, pi3, Dialect::plain},
  }));
  INFO(row.what);
  CHECK(recognised(row, hex(row.uuid)) == row.expected);
}

TEST_CASE("U-Boot and UEFI on a Raspberry Pi speak for themselves") {
  Clues clues;
  clues.mac = pi4;
  clues.vendor_class = "U-Boot.armv8";
  clues.arch = 22;
  CHECK(recognise(clues) == Dialect::uboot_arm64);
  clues.vendor_class = "PXEClient:Arch:00011:UNDI:003000";
  clues.arch = 11;
  CHECK(recognise(clues) == Dialect::uefi_arm64);
  clues.user_class = "iPXE";
  CHECK(recognise(clues) == Dialect::ipxe);
}

TEST_CASE("the serial of a Pi is little-endian, and the ROM's filler is none") {
  CHECK(serial_of(hex("52506934 1231c000 32010203 4d7e2f8b")) == 0x8b2f7e4d);
  CHECK_FALSE(serial_of(hex(filler)));
  CHECK_FALSE(serial_of(hex(blank)));
  CHECK_FALSE(serial_of({}));
}
