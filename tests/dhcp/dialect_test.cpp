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
  const auto script = "http://10.0.0.1/boot.ipxe";
  const auto row = GENERATE_REF(values<Row>({
      {{"PXEClient:Arch:00000:UNDI:002001", "", 0, false}, Dialect::pxe_bios, "undionly.kpxe"},
      {{"PXEClient:Arch:00007:UNDI:003000", "", 7, false}, Dialect::uefi_x64, "snponly.efi"},
      {{"PXEClient:Arch:00009:UNDI:003000", "", 9, false}, Dialect::uefi_x64, "snponly.efi"},
      {{"PXEClient:Arch:00000:UNDI:002001", "iPXE", 0, true}, Dialect::ipxe, script},
      {{"PXEClient:Arch:00007:UNDI:003010", "iPXE", 7, false}, Dialect::ipxe, script},
      {{"PXEClient:Arch:00000:UNDI:002001", "", 0, true}, Dialect::ipxe, script},
      {{"", "\x04iPXE", std::nullopt, false}, Dialect::ipxe, script},
      {{"PXEClient:Arch:00011:UNDI:003000", "", 11, false}, Dialect::plain, ""},
      {{"HTTPClient:Arch:00016:UNDI:003000", "", 16, false}, Dialect::plain, ""},
      {{"Linux ipconfig", "", std::nullopt, false}, Dialect::plain, ""},
      {{"udhcp 1.35.0", "", std::nullopt, false}, Dialect::plain, ""},
      {{"", "", 7, false}, Dialect::plain, ""},
      {{}, Dialect::plain, ""},
  }));
  INFO(row.clues.vendor_class << " / " << row.clues.user_class);
  CHECK(recognise(row.clues) == row.dialect);
  CHECK(advise(row.dialect, Head{"10.0.0.1"_ip, 80}).file == row.boot_file);
  CHECK(boots(row.dialect) == !row.boot_file.empty());
}

TEST_CASE("the script's address names a port that is not HTTP's own") {
  CHECK(advise(Dialect::ipxe, Head{"10.0.0.1"_ip, 8080}).file == "http://10.0.0.1:8080/boot.ipxe");
}

TEST_CASE("every dialect has words and a reason") {
  for (const auto dialect : {Dialect::plain, Dialect::pxe_bios, Dialect::uefi_x64, Dialect::ipxe}) {
    CHECK(row_of(dialect).dialect == dialect);
    CHECK_FALSE(name_of(dialect).empty());
    CHECK_FALSE(advise(dialect, Head{"10.0.0.1"_ip, 80}).why.empty());
  }
}
