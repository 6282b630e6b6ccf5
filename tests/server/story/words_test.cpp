#include "server/story/words.hpp"

#include "server/story/boot_record.hpp"
#include "server/story/kept_boot.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::server;

TEST_CASE("whatever bytes a board says, they are shown as a line of UTF-8 that commands no terminal") {
  const auto [said, shown] = GENERATE(table<std::string, std::string>({
      {"mount failed", "mount failed"},
      {"a\tb\x1b[31m\x7f", "a b [31m "},
      {"48 \xc2\xb0"
       "C",
       "48 \xc2\xb0"
       "C"},
      {"48 \xb0"
       "C",
       "48 ?C"},  // Latin-1
      {"\xc2\x9b"
       "31m",
       " 31m"},  // C1's CSI begins a sequence on some terminals
      {"\xff\xfe", "??"},
      {"\xc3(", "?("},
      {"\xed\xa0\x80", "???"},  // half of a pair of UTF-16
      {"\xc0\xaf", "??"},       // longer than need be
      {"\xf0\x9f\x8c\xb1", "\xf0\x9f\x8c\xb1"},
      {"cut \xe2\x82", "cut ??"},
  }));
  CAPTURE(said);
  CHECK(printable(said) == shown);
}

TEST_CASE("a long report is not cut within a letter") {
  std::string said(399, 'x');
  said += "\xc3\xa9";
  CHECK(printable(said) == std::string(399, 'x'));
}

TEST_CASE("a story can be kept and read again, whatever its board said and asked for") {
  const Clocks now{Time{std::chrono::hours{480'000}}, Moment{std::chrono::hours{720}}};
  dhcp::Board board;
  board.dialect = dhcp::Dialect::pi4;
  BootRecord boot;
  boot.on_dhcp({board, "DISCOVER", "OFFER", "10.77.0.17"_ip, "", ""}, now.moment);
  boot.on_missing({BootPart::device_tree, "", 0, "boot/dtbs/\xff\x1b.dtb"}, now.moment);
  boot.on_missing({BootPart::device_tree, "", 0, "boot/dtbs/\xff\x1b.dtb"}, now.moment);
  boot.on_trouble("panic \xe9\n", now.moment);
  CHECK(boot.data().files.missing.size() == 1);
  const auto kept = boot_in(to_text(boot.data(), {}, now), now);
  REQUIRE(kept);
  CHECK(kept->trouble == "panic ?");
  CHECK(kept->events.at(0).text == "asked for the device tree ? .dtb, which is not there");
}
