#include "dhcp/dialect.hpp"

#include "dhcp/policy.hpp"
#include "tests/support/catch.hpp"

using namespace rootstock;
using namespace rootstock::dhcp;

TEST_CASE("the table of dialects") {
  struct Row {
    Clues clues;
    Dialect dialect;
    std::string_view boot_file;
  };
  const auto clues = [](std::string_view vendor_class, std::optional<std::uint16_t> arch,
                        std::string_view user_class = "", bool ipxe_options = false) {
    Clues made;
    made.vendor_class = vendor_class;
    made.arch = arch;
    made.user_class = user_class;
    made.ipxe_options = ipxe_options;
    return made;
  };
  const auto script = "http://10.0.0.1/boot.ipxe";
  const auto row = GENERATE_REF(values<Row>({
      {clues("PXEClient:Arch:00000:UNDI:002001", 0), Dialect::pxe_bios, "undionly.kpxe"},
      {clues("PXEClient:Arch:00007:UNDI:003000", 7), Dialect::uefi_x64, "snponly.efi"},
      {clues("PXEClient:Arch:00009:UNDI:003000", 9), Dialect::uefi_x64, "snponly.efi"},
      {clues("PXEClient:Arch:00000:UNDI:002001", 0, "iPXE", true), Dialect::ipxe, script},
      {clues("PXEClient:Arch:00007:UNDI:003010", 7, "iPXE"), Dialect::ipxe, script},
      {clues("PXEClient:Arch:00000:UNDI:002001", 0, "", true), Dialect::ipxe, script},
      {clues("PXEClient:Arch:00011:UNDI:003010", 11, "iPXE", true), Dialect::ipxe, script},
      {clues("", std::nullopt, "\x04iPXE"), Dialect::ipxe, script},
      {clues("PXEClient:Arch:00011:UNDI:003000", 11), Dialect::uefi_arm64, "grubaa64.efi"},
      {clues("PXEClient:Arch:0000b:UNDI:003000", 11), Dialect::uefi_arm64, "grubaa64.efi"},
      {clues("HTTPClient:Arch:00016:UNDI:003000", 16), Dialect::http_x64, "http://10.0.0.1/snponly.efi"},
      {clues("HTTPClient:Arch:00019:UNDI:003000", 19), Dialect::http_arm64,
       "http://10.0.0.1/grubaa64-http.efi"},
      {clues("U-Boot.armv8", 22), Dialect::uboot_arm64, ""},
      {clues("U-Boot.armv8", std::nullopt), Dialect::uboot_arm64, ""},
      {clues("my own", 22), Dialect::uboot_arm64, ""},
      {clues("U-Boot.armv7", 21), Dialect::unknown, ""},
      {clues("PXEClient:Arch:00027:UNDI:003000", 27), Dialect::unknown, ""},
      {clues("HTTPClient:Arch:00015:UNDI:003000", 15), Dialect::unknown, ""},
      {clues("HTTPClient", std::nullopt), Dialect::unknown, ""},
      {clues("", 7), Dialect::unknown, ""},
      {clues("Linux ipconfig", std::nullopt), Dialect::plain, ""},
      {clues("udhcp 1.35.0", std::nullopt), Dialect::plain, ""},
      {{}, Dialect::plain, ""},
  }));
  INFO(row.clues.vendor_class << " / " << row.clues.user_class);
  CHECK(recognise(row.clues) == row.dialect);
  CHECK(advise(row.dialect, Head{"10.0.0.1"_ip, 80}).file == row.boot_file);
}

TEST_CASE("the script's address names a port that is not HTTP's own") {
  CHECK(advise(Dialect::ipxe, Head{"10.0.0.1"_ip, 8080}).file == "http://10.0.0.1:8080/boot.ipxe");
}

TEST_CASE("every dialect has words and a reason") {
  for (int number = 0; number <= static_cast<int>(Dialect::ipxe); ++number) {
    const auto dialect = static_cast<Dialect>(number);
    CHECK(row_of(dialect).dialect == dialect);
    CHECK_FALSE(name_of(dialect).empty());
    CHECK_FALSE(advise(dialect, Head{"10.0.0.1"_ip, 80}).why.empty());
    CHECK(boots(dialect) == (dialect != Dialect::plain && dialect != Dialect::unknown));
  }
}

TEST_CASE("the architecture a board runs: iPXE tells it by option 93") {
  const auto of = [](Dialect dialect, std::optional<std::uint16_t> arch) {
    Board board;
    board.dialect = dialect;
    board.arch = arch;
    return name_of(architecture_of(board));
  };
  for (const auto pi : {Dialect::pi, Dialect::pi3, Dialect::pi4, Dialect::pi5}) CHECK(of(pi, 0) == "arm64");
  CHECK(of(Dialect::uboot_arm64, 22) == "arm64");
  CHECK(of(Dialect::http_arm64, 19) == "arm64");
  CHECK(of(Dialect::pxe_bios, 0) == "amd64");
  CHECK(of(Dialect::ipxe, 0) == "amd64");
  CHECK(of(Dialect::ipxe, 7) == "amd64");
  CHECK(of(Dialect::ipxe, 11) == "arm64");
  CHECK(of(Dialect::ipxe, std::nullopt).empty());
  CHECK(of(Dialect::plain, std::nullopt).empty());
}

TEST_CASE("the words of a dialect lead back to it") {
  for (int number = 0; number <= static_cast<int>(Dialect::ipxe); ++number) {
    const auto dialect = static_cast<Dialect>(number);
    CHECK(row_of(dialect).dialect == dialect);
    CHECK(dialect_named(name_of(dialect)) == dialect);
  }
  CHECK(dialect_named("a firmware of next year") == Dialect::unknown);
}
