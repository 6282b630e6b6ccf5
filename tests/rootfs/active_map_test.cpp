#include "rootfs/active_map.hpp"

#include "tests/support/catch.hpp"

using namespace rootstock::rootfs;

TEST_CASE("the file `active` names one number for each architecture", "[active]") {
  CHECK(parse_active("amd64 7\narm64 8\n") == ActiveMap{{"amd64", 7}, {"arm64", 8}});
  CHECK(parse_active("7\n") == ActiveMap{{"", 7}});
  CHECK(parse_active("7") == ActiveMap{{"", 7}});
  CHECK(active_text({{"amd64", 7}, {"arm64", 8}}) == "amd64 7\narm64 8\n");
  for (const auto* nothing : {"", "\n\n", "amd64", "amd64 seven", "amd64 0", "amd64 -7", "amd64 7x", "0"})
    CHECK(parse_active(nothing).empty());
}

TEST_CASE("what a board boots", "[active]") {
  const ActiveMap both{{"amd64", 7}, {"arm64", 8}};
  CHECK(number_for(both, "amd64", "arm64") == 7);
  CHECK(number_for(both, "arm64", "amd64") == 8);
  CHECK(number_for(both, "riscv64", "amd64") == 0);
  CHECK(number_for(both, "", "arm64") == 8);
  CHECK(number_for({{"amd64", 7}}, "", "arm64") == 7);
  CHECK(number_for({{"", 7}}, "arm64", "amd64") == 7);  // damaged: whoever reads it hears why
  CHECK(number_for({}, "", "arm64") == 0);
}

TEST_CASE("a rollback takes nothing from an architecture that had nothing before", "[active]") {
  CHECK(rolled_back({{"amd64", 7}, {"arm64", 8}}, {{"amd64", 5}}) == ActiveMap{{"amd64", 5}, {"arm64", 8}});
  CHECK(rolled_back({{"amd64", 7}}, {}) == ActiveMap{{"amd64", 7}});
}
